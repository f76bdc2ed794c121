/* At which host which variable is the password of git. Pure. */
#include "credential.h"

#include <string.h>
#include <strings.h>

const struct account accounts[] = {
    /* https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation */
    {"github.com", NULL, {"GITHUB_TOKEN", "GH_TOKEN"}, "x-access-token"},
    {"gist.github.com", NULL, {"GITHUB_TOKEN", "GH_TOKEN"}, "x-access-token"},
    /* https://cli.github.com/manual/gh_help_environment */
    {NULL, "GH_HOST", {"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}, "x-access-token"},
    /* https://docs.gitlab.com/api/oauth2/#access-git-over-https-with-access-token */
    {"gitlab.com", "GITLAB_HOST", {"GITLAB_TOKEN", NULL}, "oauth2"},
    {NULL, NULL, {NULL, NULL}, NULL},
};

/* Without scheme and path. */
static bool same_host(const char *said, const char *host) {
    const char *scheme = strstr(said, "://");
    if (scheme != NULL) said = scheme + 3;
    size_t length = strcspn(said, "/");
    return length > 0 && strlen(host) == length && strncasecmp(said, host, length) == 0;
}

bool account_has(const struct account *account, const char *said, const char *host) {
    if (said != NULL && *said != '\0') return same_host(said, host);
    return account->host != NULL && strcasecmp(account->host, host) == 0;
}

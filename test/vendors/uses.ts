/** A value that fits for each variable of each provider, and a command of a real client that works with it and not without. */

/** What the vendors know. */
export const KEYS = {
  awsId: 'AKIAIOSFODNN7EXAMPLE',
  awsSecret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  database: 'staging-password',
  tokens: {
    github: `ghp_${'g'.repeat(36)}`,
    gitlab: `glpat-${'l'.repeat(20)}`,
    google: `ya29.${'o'.repeat(40)}`,
    microsoft: `eyJ${'m'.repeat(120)}`,
    openai: `sk-proj-${'p'.repeat(60)}`,
    anthropic: `sk-ant-api03-${'a'.repeat(93)}AA`,
    stripe: `sk_test_${'s'.repeat(24)}`,
    sendgrid: `SG.${'d'.repeat(22)}.${'e'.repeat(43)}`,
    mailgun: `${'0a'.repeat(16)}-01234567-89abcdef`,
  },
} as const;
export const AZURE = {
  tenant: '00000000-1111-2222-3333-444444444444',
  client: '55555555-6666-7777-8888-999999999999',
  secret: `abc8Q~${'z'.repeat(34)}`,
} as const;
export const SERVICE_ACCOUNT = 'deploy@acme-shop.iam.gserviceaccount.com';

/** Fields to register a provider with. @param privateKey of the service account, PEM */
export function values(provider: string, privateKey: string): Record<string, string> {
  const { tokens, awsId, awsSecret, database } = KEYS;
  const all: Record<string, Record<string, string>> = {
    anthropic: { ANTHROPIC_API_KEY: tokens.anthropic },
    aws: { AWS_ACCESS_KEY_ID: awsId, AWS_SECRET_ACCESS_KEY: awsSecret },
    azure: {
      ...{ AZURE_SUBSCRIPTION_ID: AZURE.tenant, AZURE_TENANT_ID: AZURE.tenant },
      ...{ AZURE_CLIENT_ID: AZURE.client, AZURE_CLIENT_SECRET: AZURE.secret },
    },
    gcp: {
      GOOGLE_APPLICATION_CREDENTIALS: JSON.stringify({
        ...{ type: 'service_account', project_id: 'acme-shop', private_key: privateKey },
        ...{ client_email: SERVICE_ACCOUNT, token_uri: 'https://oauth2.googleapis.com/token' },
      }),
    },
    github: { GITHUB_TOKEN: tokens.github },
    gitlab: { GITLAB_TOKEN: tokens.gitlab },
    google: { GOOGLE_OAUTH_ACCESS_TOKEN: tokens.google },
    mailgun: { MAILGUN_API_KEY: tokens.mailgun, MAILGUN_DOMAIN: 'mg.acme.example' },
    microsoft: { MICROSOFT_ACCESS_TOKEN: tokens.microsoft },
    mongodb: { MONGODB_URI: `mongodb://shop:${database}@mongo.example/shop` },
    mysql: { MYSQL_URL: `mysql://shop:${database}@maria.example/shop` },
    openai: { OPENAI_API_KEY: tokens.openai },
    postgresql: {
      DATABASE_URL: `postgres://postgres:${database}@staging.db.example/postgres`,
      PGPASSFILE: `staging.db.example:5432:*:postgres:${database}\n`,
    },
    sendgrid: { SENDGRID_API_KEY: tokens.sendgrid },
    stripe: { STRIPE_SECRET_KEY: tokens.stripe },
  };
  return all[provider] ?? {};
}

const curl = 'curl -sS --fail';
/** The token is in no argument: git asks for it. */
const git = (variable: string): string =>
  `git -c credential.helper='!f() { echo username=x; echo "password=$${variable}"; }; f' -c core.askPass=true`;

/** RFC 7523 with the key in the file, as Google's own libraries do it. */
const GOOGLE = `
python3 - <<'PY' >assertion
import base64, json, os, subprocess, time
key = json.load(open(os.environ['GOOGLE_APPLICATION_CREDENTIALS']))
part = lambda data: base64.urlsafe_b64encode(data).rstrip(b'=')
now = int(time.time())
claims = {'iss': key['client_email'], 'aud': key['token_uri'], 'iat': now, 'exp': now + 600}
text = part(b'{"alg":"RS256","typ":"JWT"}') + b'.' + part(json.dumps(claims).encode())
open('/dev/shm/key', 'w').write(key['private_key'])
signature = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', '/dev/shm/key'], input=text, capture_output=True, check=True).stdout
os.remove('/dev/shm/key')
print((text + b'.' + part(signature)).decode(), end='')
PY
${curl} https://oauth2.googleapis.com/token --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer --data-urlencode assertion@assertion`;

/** A client's command, which fails without the secret, and what it prints with it. */
export const USES: Record<string, { command: string; prints: RegExp }> = {
  anthropic: {
    command: `${curl} https://api.anthropic.com/v1/models -H "x-api-key: $ANTHROPIC_API_KEY"`,
    prints: /acme/,
  },
  aws: { command: 'aws sts get-caller-identity', prints: /"Account": "111111111111"/ },
  azure: {
    command: `${curl} "https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials --data-urlencode "client_id=$AZURE_CLIENT_ID" --data-urlencode "client_secret=$AZURE_CLIENT_SECRET"`,
    prints: /of-an-application/,
  },
  gcp: {
    command: `set -e; cd /tmp; ${GOOGLE}; echo " $GOOGLE_CLOUD_PROJECT"`,
    prints: /of-a-service-account.* acme-shop/,
  },
  github: {
    command: `cd $(mktemp -d); ${git('GITHUB_TOKEN')} clone -q https://github.com/acme/private.git && cat private/README.md`,
    prints: /^private$/m,
  },
  gitlab: {
    command: `cd $(mktemp -d); ${git('GITLAB_TOKEN')} clone -q https://gitlab.com/acme/private.git && cat private/README.md`,
    prints: /^private$/m,
  },
  google: {
    command: `${curl} https://www.googleapis.com/oauth2/v3/userinfo -H "Authorization: Bearer $GOOGLE_OAUTH_ACCESS_TOKEN"`,
    prints: /acme/,
  },
  mailgun: {
    command: `${curl} "https://api.mailgun.net/v4/domains/$MAILGUN_DOMAIN" -u "api:$MAILGUN_API_KEY"`,
    prints: /acme/,
  },
  microsoft: {
    command: `${curl} https://graph.microsoft.com/v1.0/me -H "Authorization: Bearer $MICROSOFT_ACCESS_TOKEN"`,
    prints: /acme/,
  },
  mongodb: { command: 'test -n "$MONGODB_URI" && echo "$MONGODB_URI"', prints: /^mongodb:\/\/shop:/ },
  mysql: {
    command: `set -e; eval "$(python3 -c 'import os, shlex; from urllib.parse import urlsplit as s; u = s(os.environ["MYSQL_URL"]); print("export MYSQL_PWD=%s; host=%s user=%s name=%s" % tuple(map(shlex.quote, (u.password, u.hostname, u.username, u.path[1:]))))')"; mariadb -h "$host" -u "$user" "$name" -e 'select current_user()'`,
    prints: /shop@/,
  },
  openai: {
    command: `${curl} https://api.openai.com/v1/models -H "Authorization: Bearer $OPENAI_API_KEY"`,
    prints: /acme/,
  },
  postgresql: {
    command: `psql "$DATABASE_URL" -Atc 'select current_user' && psql -h staging.db.example -U postgres -w -Atc 'select 1 + 1'`,
    prints: /^postgres\n2$/m,
  },
  sendgrid: {
    command: `${curl} https://api.sendgrid.com/v3/scopes -H "Authorization: Bearer $SENDGRID_API_KEY"`,
    prints: /acme/,
  },
  stripe: {
    command: `test "$STRIPE_API_KEY" = "$STRIPE_SECRET_KEY" && ${curl} https://api.stripe.com/v1/balance -u "$STRIPE_SECRET_KEY:"`,
    prints: /acme/,
  },
};

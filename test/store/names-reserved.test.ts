import t from 'tap';
import { idPrefixOf, isProviderId, isReservedVariable } from '../../store/names-reserved.js';

t.test('variables that steer programs are reserved, secrets are not', async (t) => {
  const reserved =
    'LD_PRELOAD LD_LIBRARY_PATH PATH HOME IFS ENV BASH_ENV PROMPT_COMMAND PS4 NODE_OPTIONS PYTHONPATH PYTHONSTARTUP ' +
    'HTTP_PROXY http_proxy no_proxy All_Proxy DOCKER_HOST AMPOULE_TOKEN GIT_SSH_COMMAND PERL5OPT RUBYOPT JAVA_TOOL_OPTIONS';
  for (const name of reserved.split(' ')) t.ok(isReservedVariable(name), name);
  const free = 'GITHUB_TOKEN DATABASE_URL PATHS HOME_TOKEN ENVIRONMENT path PROXY PROXY_TOKEN OLD_KEY AWS_REGION';
  for (const name of free.split(' ')) t.notOk(isReservedVariable(name), name);
});

t.test('providers and id prefixes', async (t) => {
  t.ok(isProviderId('github'));
  t.notOk(isProviderId('hub'));
  t.equal(idPrefixOf('sec_01'), 'sec_');
  t.equal(idPrefixOf('secret'), undefined);
});

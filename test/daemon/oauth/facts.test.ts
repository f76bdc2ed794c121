import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { factsDirectory, readOauthFacts } from '../../../daemon/oauth/facts.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';

t.test('the four are there, with variables of the catalogue', async (t) => {
  const facts = readOauthFacts();
  t.same([...facts.keys()], ['github', 'gitlab', 'google', 'microsoft']);
  for (const { id, variable, endpoints, refreshTokens } of facts.values()) {
    t.ok(
      readCatalogue(null)
        .get(id)
        ?.variables.some(({ env }) => env === variable),
      variable,
    );
    for (const url of Object.values(endpoints)) t.equal(new URL(url).protocol, 'https:', url);
    t.not(refreshTokens, 'none', id);
  }
  t.match(factsDirectory(), /daemon\/oauth\/facts$/);
});

t.test('what does not fit is named', async (t) => {
  const github = readOauthFacts().get('github');
  const { device: _device, ...less } = github?.endpoints ?? {};
  const { revocation: _end, ...endless } = github?.endpoints ?? {};
  const without = (paths: Record<string, unknown>, name: string) =>
    Object.fromEntries(Object.entries(paths).filter(([key]) => key !== name));
  const paths = github?.paths ?? {};
  for (const [what, content, name = 'github'] of [
    [/not JSON/, '{'],
    [/\/more must NOT/, JSON.stringify({ ...github, more: 1 })],
    [/its id is github/, JSON.stringify(github), 'gitlab'],
    [/same things/, JSON.stringify({ ...github, endpoints: less })],
    [/device flow needs/, JSON.stringify({ ...github, endpoints: less, paths: without(paths, 'device') })],
    [/revocation needs/, JSON.stringify({ ...github, endpoints: endless, paths: without(paths, 'revocation') })],
    [/no scope is usual/, JSON.stringify({ ...github, scopes: [{ scope: 'a', means: 'b', usual: false }] })],
  ] as const) {
    const directory = t.testdir();
    writeFileSync(join(directory, `${name}.json`), content);
    t.throws(() => readOauthFacts(directory), { name: 'ConfigError', message: what });
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { CAUSES, type Cause, finding, ordered } from '../../../daemon/doctor/causes.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

t.test('a finding has what its cause says, and the first command that leaves nothing open', async (t) => {
  t.same(finding('NOT_ACTIVE', { variable: 'A' }, 'It is off.', 'Turn it on: `ampoule activate A`.'), {
    ...{ code: 'NOT_ACTIVE', heading: 'not-working', severity: 'error', variable: 'A', secret: null, sandbox: null },
    ...{ what: 'It is off.', todo: 'Turn it on: `ampoule activate A`.', command: 'ampoule activate A' },
  });
  const open = 'Name it (`ampoule sandbox run --network NAME`), then `ampoule secret set A`.';
  t.equal(finding('URL_LOCALHOST', {}, '', open).command, 'ampoule secret set A');
  t.equal(finding('URL_LOCALHOST', {}, '', 'Run `ampoule exec -- CMD`.').command, null);
  t.equal(finding('URL_LOCALHOST', {}, '', 'Think.').command, null);
});

t.test('worst first, and each once', async (t) => {
  const of = (code: Cause, what = '') => finding(code, {}, what, '');
  const found = [
    of('LEAST_SCOPES'),
    of('ROTATION_DUE'),
    of('NOT_ACTIVE', 'a'),
    of('NOT_ACTIVE', 'a'),
    of('NOT_ACTIVE', 'b'),
  ];
  t.same(
    ordered(found).map(({ code, what }) => `${code} ${what}`.trim()),
    ['NOT_ACTIVE a', 'NOT_ACTIVE b', 'ROTATION_DUE', 'LEAST_SCOPES'],
  );
});

t.test('docs/troubleshooting.md has every cause, as bad as it is, and no other', async (t) => {
  const page = readFileSync(`${ROOT}/docs/troubleshooting.md`, 'utf8');
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| (error|warning|note) \|/gm)];
  t.same(
    documented.map(([, code, severity]) => `${code} ${severity}`).sort(),
    Object.entries(CAUSES)
      .map(([code, { severity }]) => `${code} ${severity}`)
      .sort(),
  );
});

t.test('each cause is named by something', async (t) => {
  const directory = `${ROOT}/daemon/doctor`;
  const texts = readdirSync(directory)
    .filter((name) => name !== 'causes.ts')
    .map((name) => readFileSync(`${directory}/${name}`, 'utf8'));
  for (const code of Object.keys(CAUSES))
    t.ok(
      texts.some((text) => text.includes(`'${code}'`)),
      code,
    );
});

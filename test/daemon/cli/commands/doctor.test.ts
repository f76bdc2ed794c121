import t from 'tap';
import { cli, playApi, problem } from '../played-api.js';
import { list, SESSION } from '../samples.js';

const finding = {
  ...{ code: 'NOT_ACTIVE', heading: 'not-working', severity: 'error', variable: 'KEY', secret: 'KEY', sandbox: null },
  ...{
    what: 'KEY is not active in dev.',
    todo: 'Activate it: `ampoule activate KEY`.',
    command: 'ampoule activate KEY',
  },
};
const looked = [{ heading: 'not-working', title: 'secret not working', outcome: 'found', said: 'See above.' }];
const diagnosis = { session: { name: 'dev' }, variable: 'KEY', findings: [finding], looked, sandboxes: [], live: [] };
const installation = {
  checks: [
    { name: 'engine', ok: true, said: 'Docker 20.10' },
    { name: 'vault', ok: false, said: 'sealed' },
  ],
  findings: [{ ...finding, code: 'VAULT_SEALED', what: 'The vault is sealed.' }],
};

t.test('a session: findings, then what was looked into', async (t) => {
  const clear = { ...diagnosis, findings: [], sandboxes: [{ name: 'box', state: 'running', variables: [] }] };
  const live = [{ provider: 'github', account: 'work', outcome: 'works', status: 200 }];
  const api = await playApi(t, {
    'GET /v1/sessions/dev/doctor': ({ query }) => ({ json: query.live === 'true' ? { ...clear, live } : diagnosis }),
    'GET /v1/sessions/good/doctor': { json: { ...clear, session: { name: 'good' } } },
  });
  const bad = await cli(api, ['doctor', 'KEY', '-s', 'dev', '-b', 'box']);
  t.equal(bad.code, 125);
  t.match(
    bad.out,
    /^error +KEY is not active in dev\. \[NOT_ACTIVE\]\n +Activate it: `ampoule activate KEY`\.\n\nLOOKED INTO/,
  );
  t.match(bad.out, /\nsecret not working +found +See above\.\n$/);
  t.same(api.asked[0]?.query, { variable: 'KEY', sandbox: 'box' });
  t.match(await cli(api, ['doctor', '-s', 'dev', '--live']), { code: 0, out: /\n\ngithub@work: works \(200\)\n/ });
  t.match(await cli(api, ['doctor', '-s', 'good']), { code: 0, out: /^Nothing wrong was found in good \(box\)\.\n/ });
  t.match(await cli(api, ['doctor', '-s', 'dev', '--json']), { code: 125, out: `${JSON.stringify(diagnosis)}\n` });
  t.match(await cli(api, ['doctor', 'A', 'B']), { code: 2 });
});

t.test('the installation: asked for, or where there is no session', async (t) => {
  const api = await playApi(t, {
    'GET /v1/doctor': { json: installation },
    'GET /v1/sessions': { json: list() },
  });
  const asked = await cli(api, ['doctor', '--installation']);
  t.match(asked, { code: 125, err: '' });
  t.match(
    asked.out,
    /\ngood +engine +Docker 20\.10\nbad +vault +sealed\n\nerror +The vault is sealed\. \[VAULT_SEALED\]/,
  );
  t.match(await cli(api, ['doctor']), { code: 125, out: /bad +vault/, err: /there is no live session/ });
  t.match(await cli(api, ['doctor', 'KEY']), { code: 2, err: /There is no live session/ });
  t.match(await cli(api, ['doctor', '--installation', '--live']), { code: 2 });
});

t.test('no operator, or several sessions', async (t) => {
  const api = await playApi(t, {
    'GET /v1/doctor': problem(403, 'FORBIDDEN', 'The agent token may not do this.'),
    'GET /v1/sessions': { json: list<object>(SESSION, { ...SESSION, name: 'two' }) },
  });
  t.match(await cli(api, ['doctor', '--installation']), { code: 125, err: /`ampoule doctor --session NAME`/ });
  t.match(await cli(api, ['doctor']), { code: 2, err: /Which session\?/ });
});

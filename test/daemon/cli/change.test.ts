import t from 'tap';
import { cli, playApi, problem } from './played-api.js';
import { APPLIED, PENDING } from './samples.js';

const route = 'POST /v1/sessions/dev/deactivate';
const argv = ['deactivate', 'A', '--session', 'dev'];

t.test('in effect: exit code 0, each sandbox, and what was noticed', async (t) => {
  const api = await playApi(t, { [route]: { json: APPLIED } });
  const { code, out, err } = await cli(api, [...argv, '--wait', '30s']);
  t.equal(code, 0);
  t.equal(out, 'A is not active in dev (generation 4)\n  box: applied in 244 ms\n');
  t.equal(err, 'ampoule: The writable layer of box was lost.\n');
  t.same(api.asked[0]?.query, { wait: '30s' });
});

t.test('sandboxes in which nothing had to be done are not listed, and are in --json', async (t) => {
  const of = (name: string, tookMs: number) => ({ ...APPLIED.sandboxes[0], id: `sbx_${name}`, name, tookMs });
  const some = { ...APPLIED, notices: [], sandboxes: [of('box', 12), of('web', 0)] };
  const none = { ...some, sandboxes: [of('box', 0), of('web', 0)] };
  const api = await playApi(t, { [route]: ({ query }) => ({ json: query.wait === '1s' ? none : some }) });
  t.equal((await cli(api, argv)).out, 'A is not active in dev (generation 4)\n  box: applied in 12 ms\n');
  t.match(await cli(api, [...argv, '--wait', '1s']), {
    code: 0,
    out: 'A is not active in dev (generation 4)\n  nothing to change in its sandboxes\n',
  });
  t.match((await cli(api, [...argv, '--json'])).out, /"name":"web".*"tookMs":0/);
});

t.test('202: exit code 125, and what is pending and why', async (t) => {
  const api = await playApi(t, { [route]: { status: 202, json: PENDING } });
  const { code, err } = await cli(api, argv);
  t.equal(code, 125);
  t.match(err, /not yet in effect everywhere:\nampoule: {3}web: pending: Docker does not answer\. Start it\./);
  t.notMatch(err, /box/);
});

t.test('--json is the body, whatever the exit code', async (t) => {
  const api = await playApi(t, { [route]: { status: 202, text: JSON.stringify(PENDING, null, 1) } });
  const { code, out } = await cli(api, [...argv, '--json']);
  t.equal(code, 125);
  t.equal(out, `${JSON.stringify(PENDING, null, 1)}\n`);
});

t.test('507: in effect and not recorded is an error like any other', async (t) => {
  const api = await playApi(t, { [route]: problem(507, 'REVOKED_NOT_RECORDED', 'In effect, not recorded. Retry.') });
  t.match(await cli(api, argv), { code: 125, err: /In effect, not recorded\. Retry\. \[REVOKED_NOT_RECORDED\]/ });
});

/** `ampoule leak` and `ampoule panic` against a played API. */

import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { LEAK, PANIC } from '../samples.js';

t.test('step by step, and last the command', async (t) => {
  const api = await playApi(t, {
    'POST /v1/secrets/KEY/leak': { json: LEAK },
    'DELETE /v1/secrets/KEY/leak': { json: {} },
  });
  const { code, out } = await cli(api, ['leak', 'KEY', '--reason', 'pasted']);
  t.equal(code, 0);
  t.match(out, /^1\. KEY is taken from every session/);
  t.match(out, /2\. Sandboxes that had it: 1 times, all closed\.\n {3}SESSION .*\n {3}dev +box +KEY +v1 /);
  t.match(out, /3\. No process of a sandbox shows it \(4 were looked at\)\.\n {3}not to be seen: Copies/);
  t.match(out, /revoke: delete it there\n +https:\/\/example\.org\/r\n {3}renew: {2}make another\n/);
  t.match(out, /\$ ampoule secret set KEY\n$/);
  t.same(api.asked[0]?.json, { reason: 'pasted' });
  t.match(await cli(api, ['leak', 'KEY', '--withdraw']), { code: 0, out: /can be activated again/ });
});

t.test('125 where something still shows it', async (t) => {
  const holders = [{ sandbox: 'box', container: 'c', pid: 7, program: 'sh', in: 'environment' }];
  const json = { ...LEAK, proof: { ...LEAK.proof, holders }, exposures: { items: [], total: 0, open: 0 } };
  const api = await playApi(t, { 'POST /v1/secrets/KEY/leak': { status: 202, json } });
  const { code, out } = await cli(api, ['leak', 'KEY']);
  t.equal(code, 125);
  t.match(out, /1 processes still show it:\n {3}box: sh \(pid 7\) has it in its environment/);
  t.match(out, /No sandbox ever had it/);
  t.equal((await cli(api, ['leak', 'KEY', '--json'])).code, 125);
});

t.test('125 where a command outside of sandboxes may still have it', async (t) => {
  const command = { session: 'dev', host: 'laptop', pid: 7, command: 'npm test', since: '2030-01-01T00:00:00.000Z' };
  const runs = { ...command, until: null, unknown: false };
  const over = { ...command, until: '2030-01-01T00:01:00.000Z', unknown: false };
  const json = { ...LEAK, outside: [runs, over, { ...runs, unknown: true }] };
  const api = await playApi(t, { 'POST /v1/secrets/KEY/leak': { status: 202, json } });
  const { code, out } = await cli(api, ['leak', 'KEY']);
  t.equal(code, 125);
  t.match(
    out,
    /outside of sandboxes that had it:\n.*\n {3}dev +laptop +7 +npm test +2030.* +runs\n.* 2030.*\n.* unknown\n/,
  );
  const panicked = await playApi(t, { 'POST /v1/panic': { status: 202, json: { ...PANIC, outside: [runs] } } });
  t.match(await cli(panicked, ['panic', '--yes']), {
    code: 125,
    out: /End them there:\n.*\n {3}dev +laptop +7 +npm test/,
  });
});

t.test('panic', async (t) => {
  const api = await playApi(t, { 'POST /v1/panic': { json: PANIC } });
  t.match(await cli(api, ['panic', '--yes']), {
    code: 0,
    out: /Ended: 3 activations in 2 sessions, and what held a value in 1 sandboxes/,
  });
  const left = {
    id: 'sbx_2',
    name: 'left',
    session: 'dev',
    generation: 1,
    state: 'pending',
    reason: 'no Docker',
    tookMs: 0,
  };
  const other = await playApi(t, { 'POST /v1/panic': { status: 202, json: { ...PANIC, sandboxes: [left] } } });
  t.match(await cli(other, ['panic']), { code: 125, err: /left: pending: no Docker/ });
});

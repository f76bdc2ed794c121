import { ServerResponse } from 'node:http';
import t from 'tap';
import type { LocalValue } from '../../../../store/index.js';
import { world } from '../fixture.js';

const WHAT = { host: 'laptop', pid: 7, command: ['deploy', '--key', 'CANARY-VALUE', '--region', 'eu-north-1'] };

t.test('values for a command outside of sandboxes, and its end', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY-VALUE' });
  await w.call('POST', '/v1/secrets', { name: 'A_REGION', value: 'eu-north-1', sensitive: false });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const at = '/v1/sessions/dev/environment';
  t.match(await w.call('POST', at, { ...WHAT, command: 'true' }), {
    ...{ status: 201, json: { variables: {}, files: {}, notices: [/^Nothing is active in dev\./] } },
  });
  await w.call('POST', '/v1/sessions/dev/activate', { all: true });
  const given = await w.call('POST', at, WHAT);
  t.match(given, {
    status: 201,
    headers: { 'content-type': /^application\/json/, 'cache-control': 'no-store' },
    json: {
      ...{ id: /^loc_/, session: 'dev', variables: { A_KEY: 'CANARY-VALUE', A_REGION: 'eu-north-1' }, notices: [] },
      secrets: [{ variable: 'A_KEY', secret: 'A_KEY', version: 1 }, {}],
    },
  });
  const command = 'deploy --key [redacted:A_KEY] --region eu-north-1';
  const audit = await w.call('GET', '/v1/audit?action=session.environment');
  t.match(audit.json.items[0], { detail: { id: given.json.id, host: 'laptop', pid: 7, command } });
  t.notMatch(audit.text, /CANARY/, 'the value is not in the audit');
  t.match((await w.call('GET', '/v1/secrets/A_KEY/usage')).json.items, [
    { sandbox: null, local: { id: given.json.id, host: 'laptop', pid: 7, command }, until: null, unknown: false },
  ]);
  t.match((await w.call('POST', '/v1/secrets/A_REGION/leak', {})).json.proof.cannotSee, [
    /^`deploy .*` \(process 7 on laptop\)/,
  ]);
  const end = `${at}/${given.json.id}`;
  t.match(await w.call('DELETE', end), { status: 200, json: { id: given.json.id, until: /Z$/ } });
  t.match(await w.call('DELETE', `${at}/loc_none`), { status: 404, json: { code: 'LOCAL_COMMAND_NOT_FOUND' } });
  const open = (await w.call('POST', at, { ...WHAT, only: ['A_KEY'] })).json;
  t.same(open.variables, { A_KEY: 'CANARY-VALUE' });
  await w.call('DELETE', '/v1/sessions/dev');
  const csv = await w.call('GET', '/v1/secrets/A_KEY/usage?format=csv');
  t.match(csv.text.split('\r\n')[1], new RegExp(`^A_KEY,1,dev,,,${open.id},7,deploy .*,unknown,laptop$`));
  t.match(await w.call('POST', at, WHAT), { status: 404 });
});

t.test('not for agents, and of launchers for those whose session it is', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const agent = w.as(await w.mint('agent', { session: 'dev' }));
  t.match(await agent('POST', '/v1/sessions/dev/environment', WHAT), { status: 403 });
  const launcher = w.as(await w.mint('launcher'));
  t.match(await launcher('POST', '/v1/sessions/dev/environment', WHAT), { status: 404 });
  await launcher('POST', '/v1/sessions', { name: 'own' });
  t.match(await launcher('POST', '/v1/sessions/own/environment', WHAT), { status: 201 });
});

t.test('no value of the session is written down, whatever is handed out, nor as the name of the machine', async (t) => {
  const w = await world(t);
  const values = { A: 'canary-first-a', newerA: 'canary-newer-a', B: 'canary-of-b' };
  for (const name of ['A', 'B'] as const) await w.call('POST', '/v1/secrets', { name, value: values[name] });
  await w.call('POST', '/v1/secrets', { name: 'NEVER', value: 'canary-never' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('POST', '/v1/sessions/dev/activate', { names: ['A', 'B'] });
  await w.call('PUT', '/v1/secrets/A/value', { value: values.newerA });
  const command = ['psql', ...Object.values(values), 'canary-never'];
  const given = await w.call('POST', '/v1/sessions/dev/environment', { host: values.B, command, only: ['B'] });
  t.same(given.json.variables, { B: values.B });
  const written = 'psql [redacted:A] [redacted:A] [redacted:B] canary-never';
  const [entry] = (await w.call('GET', '/v1/audit?action=session.environment')).json.items;
  t.match(entry.detail, { host: '[redacted:B]', command: written });
  const usage = await w.call('GET', '/v1/secrets/B/usage');
  t.match(usage.json.items, [{ local: { host: '[redacted:B]', command: written } }]);
  await w.call('POST', '/v1/sessions/dev/deactivate', { all: true });
  await w.call('POST', '/v1/sessions/dev/environment', { host: 'laptop', command });
  const { text } = await w.call('GET', '/v1/audit');
  for (const value of Object.values(values)) t.notOk(text.includes(value), `${value}, also once nothing is active`);
  t.ok(text.includes('canary-never'), "the search finds what was never the session's");
});

t.test('values and answer are wiped once they are sent', async (t) => {
  const w = await world(t);
  const { localCommands } = w.vault;
  const kept: Uint8Array[] = [];
  const begin = localCommands.begin;
  localCommands.begin = (...given) => {
    const begun = begin(...given);
    kept.push(...begun.values.map(({ value }: LocalValue) => value));
    return begun;
  };
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY-VALUE' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('POST', '/v1/sessions/dev/activate', { all: true });
  const written = t.capture(ServerResponse.prototype, 'write', ServerResponse.prototype.write);
  const given = await w.call('POST', '/v1/sessions/dev/environment', WHAT);
  t.same(given.json.variables, { A_KEY: 'CANARY-VALUE' });
  const [body] = written.args()[0] ?? [];
  const blank = (bytes: unknown) =>
    bytes instanceof Uint8Array && bytes.length > 0 && bytes.every((byte) => byte === 0);
  t.ok(kept.length === 1 && blank(kept[0]), 'the value');
  t.ok(blank(body), 'the answer');
});

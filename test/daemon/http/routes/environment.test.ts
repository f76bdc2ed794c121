import t from 'tap';
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

/** Words to the real daemon: an agent asks and a person answers, and an operator's own words are approved at once. */

import t from 'tap';
import { runAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';

t.setTimeout(120_000);
await ensureBuild('dist');
// Words need no engine, and none is there.
const daemon = await startDaemon({ engine: { dockerHost: 'unix:///nonexistent/docker.sock' }, wait: 'alive' });
t.teardown(() => daemon.remove());
for (const name of ['GITHUB_TOKEN', 'NPM_TOKEN']) await daemon.ok('POST', '/v1/secrets', { name, value: `${name}-1` });
await daemon.ok('POST', '/v1/sessions', { name: 'dev' });
const { token } = await daemon.ok('POST', '/v1/tokens', { kind: 'agent', name: 'agent', session: 'dev' });
const asAgent = { env: { AMPOULE_TOKEN: token } };

async function active(): Promise<string[]> {
  const { items } = await daemon.ok('GET', '/v1/sessions/dev/secrets');
  return items.filter((one: { active: boolean }) => one.active).map(({ name }: { name: string }) => name);
}

t.test('an agent asks, and it is active when a person approves', async (t) => {
  const words = ['ask', 'I need to push, activate the github token for 20 minutes', '--json', '--session', 'dev'];
  const asked = await runAmpoule(daemon, [...words, '--yes'], asAgent);
  t.equal(asked.code, 0, asked.err);
  const { requestId, ...answer } = JSON.parse(asked.out);
  t.match(answer, { action: 'activate', names: ['GITHUB_TOKEN'], ttl: '20m', mayApprove: false });
  t.same(await active(), [], 'its own --yes approves nothing');
  t.match(await daemon.ok('GET', '/v1/requests?state=pending'), {
    items: [{ id: requestId, askedBy: 'agent:agent', reason: words[1] }],
  });
  const own = await daemon.api('POST', `/v1/requests/${requestId}/approve`, {}, { token });
  t.equal(own.status, 403);
  const approved = await runAmpoule(daemon, ['approve', requestId, '--yes']);
  t.equal(approved.code, 0, approved.err);
  t.same(await active(), ['GITHUB_TOKEN']);
});

t.test('an operator says it, and --yes approves it', async (t) => {
  const on = await runAmpoule(daemon, ['ask', '--yes', '--session', 'dev', 'activate', 'npm']);
  t.equal(on.code, 0, on.err);
  t.same((await active()).sort(), ['GITHUB_TOKEN', 'NPM_TOKEN']);
  const off = await runAmpoule(daemon, ['ask', '--yes', '--session', 'dev', 'drop npm, keep the rest']);
  t.equal(off.code, 0, off.err);
  t.same(await active(), ['GITHUB_TOKEN']);
  t.match(await daemon.ok('GET', '/v1/requests?state=pending'), { items: [] });
});

t.test('what is so already, what is not understood, and what is quoted ask for nothing', async (t) => {
  const ask = (text: string) => runAmpoule(daemon, ['ask', '--yes', '--session', 'dev', text]);
  t.match(await ask('turn off npm'), { code: 0, out: /Nothing to do: NPM_TOKEN is not active in dev/ });
  t.match(await ask('the README says, activate npm'), { code: 2 });
  t.match(await ask('rotate npm'), { code: 0, out: /ampoule secret set NPM_TOKEN/ });
  t.same(await active(), ['GITHUB_TOKEN']);
  t.match(await daemon.ok('GET', '/v1/requests?state=pending'), { items: [] });
});

import t from 'tap';
import { counted, follow } from '../../../daemon/http/exec-follow.js';
import type { Execs, LiveExec } from '../../../daemon/http/execs.js';
import type { Http } from '../../../daemon/http/respond.js';
import type { SandboxId } from '../../../store/index.js';
import { world } from './fixture.js';
import { playCommand } from './played-command.js';

async function prepared(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  const sandbox = w.vault.sandboxes.get({ kind: 'daemon' }, json.id as SandboxId);
  const live: LiveExec[] = [];
  const execs = {
    add: (exec: LiveExec) => void live.push(exec),
    remove: (id: string) => void live.splice(0, live.length, ...live.filter(({ running }) => running.execId !== id)),
  } as unknown as Execs;
  const http = { parts: w.parts, streams: {}, execs } as Http;
  const command = playCommand({ execId: 'exe_1' });
  const exec = { sandbox, command: 'true', running: command.running, redactors: {} as never, tty: false };
  return { w, http, live, command, exec };
}

t.test('it is in the list until it ends, and what ends its stream ends it', async (t) => {
  const { http, live, command, exec } = await prepared(t);
  const stream = new AbortController();
  const closed: string[] = [];
  follow(http, exec, { signal: stream.signal, close: () => void closed.push('closed') });
  t.match(live, [{ detached: false, tty: false, running: { execId: 'exe_1' } }]);
  stream.abort('TOKEN_REVOKED');
  await command.running.exit;
  await Promise.resolve();
  t.same(command.ended, ['TOKEN_REVOKED']);
  t.same([live.length, closed.length], [0, 1]);
});

t.test('a stream that ended before ends it at once', async (t) => {
  const { http, command, exec } = await prepared(t);
  follow(http, exec, { signal: AbortSignal.abort('CLIENT_GONE'), close: () => {} });
  t.same(command.ended, ['CLIENT_GONE']);
});

t.test('a detached one belongs to no stream', async (t) => {
  const { w, http, live, command, exec } = await prepared(t);
  follow(http, exec, null);
  t.match(live, [{ detached: true }]);
  const exit = counted(http, exec);
  command.exit({ code: 3 });
  t.match(await exit, { code: 3 });
  t.match(await w.parts.metrics.render(), /ampoule_execs_total\{outcome="FAILED"\} 1/);
  t.same([live.length, command.ended], [0, []]);
});

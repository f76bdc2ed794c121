/** Memory delivery on a real engine with the real init: what reaches processes, what is taken away, what stays as it was. */

import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import t from 'tap';
import type { SandboxSpec } from '../../sandbox/index.js';
import { frame } from '../../sandbox/link/fields.js';
import { TYPE } from '../../sandbox/link/frames.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { held } from '../sandbox/wishes.js';
import { type MemoryBox, memoryBox } from './memory-world.js';

const engine = await sharedEngine();
t.teardown(() => engine.done());
const image = await engine.importBusybox();
type Test = { teardown(run: () => unknown): void };
const boxOf = (t: Test, spec: Partial<SandboxSpec> = {}, peer = true): Promise<MemoryBox> =>
  memoryBox(t, engine, { image, spec: { grace: 0, ...spec }, peer });

t.test('launch, activate, rotate, deactivate, remove: one container all the while', async (t) => {
  const box = await boxOf(t, { env: { MODE: 'own', TOKEN: 'below the secret' } });
  const first = await box.delivery.apply(box.wish());
  t.match(first, { changed: true, notices: [], seen: { state: 'running' } });
  t.match(await box.run('echo $MODE/$TOKEN/$AMPOULE_SANDBOX'), { text: `own/below the secret/${box.id}` });
  const pid = (await box.docker.inspect(box.name))?.state.pid;

  const text = 'line one\n"two" \'three\' ünï=x';
  const values = [held('TOKEN', 1, 1, Buffer.concat([Buffer.from(text), Buffer.of(0xff, 0xfe)])), held('KEY')];
  const second = await box.delivery.apply(box.wish({ values }), { look: false });
  t.match(second, { changed: true, notices: [], seen: first.seen });
  const given = await box.run(['sh', '-c', 'printf %s "$TOKEN" | od -An -tx1 | tr -d " \\n"; printf "/%s" "$KEY"']);
  t.equal(given.text, `${Buffer.from(text).toString('hex')}fffe/value-of-KEY-1`, 'byte for byte');
  t.same(box.ledger.rows(box.id)[0]?.holds, [
    { env: 'TOKEN', secret: 'sec_TOKEN', version: 1 },
    { env: 'KEY', secret: 'sec_KEY', version: 1 },
  ]);

  await box.delivery.apply(box.wish({ values: [held('KEY', 2)] }), { look: false });
  t.match(await box.run('echo $TOKEN/$KEY'), { text: 'below the secret/value-of-KEY-2' });
  t.match(await box.delivery.apply(box.wish({ generation: 3, values: [held('KEY', 2)] })), { changed: false });
  const seen = await box.docker.inspect(box.name);
  t.equal(seen?.state.pid, pid, 'the same process');
  t.notOk(JSON.stringify(await engine.docker('inspect', box.name)).includes('value-of'), 'Docker knows nothing');
  t.same(
    box.ledger.calls.filter((call) => /^(intend|created|ended)/.test(call)),
    ['intend 1', 'created 1'],
  );

  const gone = await box.delivery.apply(box.wish({ goal: 'removed' }));
  t.match(gone, { seen: { state: 'removed', containerId: null } });
  t.equal(await box.docker.inspect(box.name), null);
  t.same(
    box.ledger.holders.filter((one) => !one.ended),
    [],
  );
});

t.test('what holds a value that is taken away ends; what does not goes on', async (t) => {
  const box = await boxOf(t);
  await box.delivery.apply(box.wish({ values: [held('OTHER')] }));
  const keeps = await box.start('echo ready; sleep 1000');
  const output = keeps.output[Symbol.asyncIterator]();
  await output.next();
  await box.delivery.apply(box.wish({ values: [held('OTHER'), held('KEY')] }), { look: false });
  const before = new Set(await box.pids());
  const loses = await box.start('(setsid sh -c "while :; do sleep 0.1; done" & ) ; env -i sleep 1000');
  const rest = loses.output[Symbol.asyncIterator]().next();
  const theirs = await until('its processes', async () => {
    const now = (await box.pids()).filter((pid) => !before.has(pid));
    return now.length >= 4 ? now : null;
  });
  await box.delivery.apply(box.wish({ values: [held('OTHER')] }), { look: false });
  const left = new Set(await box.pids());
  t.same(
    theirs.filter((pid) => left.has(pid)),
    [],
    'none of them is there when the answer is',
  );
  await rest;
  t.match(await loses.exit, { code: null, reason: 'REVOKED' });
  const [holder] = box.ledger.holders.filter((one) => one.id === 'exe_2');
  t.match(holder, { kind: 'command', ended: true, holds: [{ env: 'OTHER' }, { env: 'KEY' }] });
  t.match(
    box.delivery.execs?.(box.id).map((one) => one.execId),
    ['exe_1'],
  );
  await keeps.end('TEST');
  t.match(await keeps.exit, { reason: 'TEST' });
});

t.test('commands: status, input, size, time, user, what cannot be run', async (t) => {
  const box = await boxOf(t);
  await box.delivery.apply(box.wish());
  t.match(await box.run('exit 3'), { exit: { code: 3 } });
  t.match(await box.run('kill -9 $$'), { exit: { code: null, signal: 'SIGKILL' } });
  t.match(await box.run(['nosuch']), { text: /nosuch/, exit: { code: 127 } });
  t.match(await box.run(['/workspace']), { exit: { code: 126 } });
  t.match(await box.run('pwd', { workdir: '/tmp' }), { text: '/tmp' });
  t.match(await box.run('id -u; echo $X', { user: 'user', env: { X: 'x' } }), { text: '1000\nx' });
  const input = Buffer.alloc(300_000, 'y');
  t.match(await box.run('wc -c', { stdin: input }), { text: '300000' });
  t.match(await box.run('sleep 1000', { timeout: 50 }), { exit: { code: null, reason: 'TIMEOUT' } });
  t.equal((await box.run('head -c 10000000 /dev/zero | tr "\\0" x')).text.length, 10_000_000);
  t.match(await box.run('echo one >/dev/stdout; echo two | tee /dev/stderr'), { text: /one/ });
  const terminal = await box.start('stty size; read line; echo "<$line>"', { tty: { columns: 91, rows: 17 } });
  await terminal.write?.(Buffer.from('typed\n'));
  let shown = '';
  for await (const { data } of terminal.output) shown += Buffer.from(data);
  t.match(shown, /17 91[\s\S]*<typed>/);
  const gone = await box.start('echo first; sleep 1000');
  for await (const _first of gone.output) break;
  t.match(await gone.exit, { code: null, reason: 'CLIENT_GONE' });
});

t.test('a detached command goes on, is listened to, and ended', async (t) => {
  const box = await boxOf(t);
  await box.delivery.apply(box.wish());
  const exec = await box.start('for n in 1 2 3; do echo line $n; done; read word; echo "said $word"; sleep 1000', {
    detach: true,
    interactive: true,
  });
  t.match(box.delivery.execs?.(box.id), [{ execId: exec.execId, detached: true, tty: false }]);
  await box.again();
  await box.delivery.apply(box.wish({ generation: 1 }));
  t.match(box.delivery.execs?.(box.id), [{ execId: exec.execId, detached: true }], 'also by the next daemon');
  const listener = await box.delivery.attach?.(box.id, exec.execId, new AbortController().signal);
  await listener?.write?.(Buffer.from('word\n'));
  let text = '';
  for await (const { data } of listener?.output ?? []) {
    text += Buffer.from(data);
    if (text.includes('said word')) break;
  }
  t.match(text, /line 1\nline 2\nline 3\nsaid word/);
  t.equal(box.delivery.execs?.(box.id).length, 1, 'leaving it does not end it');
  const again = await box.delivery.attach?.(box.id, exec.execId, new AbortController().signal);
  await again?.end('TEST');
  await until('it being gone', () => box.delivery.execs?.(box.id).length === 0);
  const listen = async (execId: string) => {
    const late = await box.delivery.attach?.(box.id, execId, new AbortController().signal);
    const parts: string[] = [];
    for await (const { data } of late?.output ?? []) parts.push(Buffer.from(data).toString());
    return { text: parts.join(''), exit: await late?.exit };
  };
  t.match(await listen(exec.execId), { text: /line 3\nsaid word/, exit: { code: null, reason: 'TEST' } });
  t.match(box.delivery.ended?.(box.id), [{ execId: exec.execId, exit: { reason: 'TEST' } }]);
  const none = await box.start(['nosuch'], { detach: true });
  await until('its end', () => box.delivery.ended?.(box.id).length === 2);
  t.match(await listen(none.execId), { text: 'nosuch: not found\n', exit: { code: 127 } });
  await t.rejects(listen('exe_none'), { code: 'EXEC_NOT_FOUND' });
  await box.delivery.apply(box.wish({ goal: 'removed' }));
  t.same(box.delivery.ended?.(box.id), []);
});

t.test('where the oldest output was dropped, who listens is told', async (t) => {
  const box = await boxOf(t);
  await box.delivery.apply(box.wish());
  const much = 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); echo line $i; done; echo over; sleep 1000';
  const { execId } = await box.start(much, { detach: true });
  const listen = async () => {
    const enough = new AbortController();
    const listener = await box.delivery.attach?.(box.id, execId, enough.signal);
    const parts: { text: string; cut: boolean }[] = [];
    for await (const { data, cut } of listener?.output ?? []) {
      parts.push({ text: Buffer.from(data).toString(), cut: cut === true });
      if (parts.at(-1)?.text.endsWith('over\n')) enough.abort();
    }
    return parts;
  };
  const parts = await listen();
  t.match(parts.at(-1)?.text, /over\n$/);
  const again = await listen();
  t.notMatch(again[0]?.text, /^line 1\n/, 'the oldest is gone');
  t.same(
    again.map(({ cut }) => cut),
    again.map((_, at) => at === 0),
    'the first piece says so',
  );
});

t.test('what a main process that failed at once wrote is there after it', async (t) => {
  const main = ['sh', '-c', 'echo began; echo "no such table" >&2; exit 9'];
  const box = await boxOf(t, { main: 'own', command: main, restart: 'never' });
  await t.rejects(
    (async () => {
      for await (const _ of box.delivery.logs(box.id, { follow: false }, new AbortController().signal));
    })(),
    { code: 'SANDBOX_NOT_RUNNING' },
    'nothing ran yet',
  );
  await box.delivery.apply(box.wish());
  await until('its end', async () => (await box.docker.inspect(box.name))?.state.status === 'exited');
  const said = async (options: { follow: boolean; tail?: number }) => {
    const parts: string[] = [];
    for await (const { stream, data } of box.delivery.logs(box.id, options, new AbortController().signal))
      parts.push(`${stream}: ${Buffer.from(data)}`);
    return parts.sort();
  };
  await until('its last words', async () => (await said({ follow: false }).catch(() => [])).length > 0);
  t.same(await said({ follow: true }), ['stderr: no such table\n', 'stdout: began\n'], 'and following it ends');
  t.equal((await said({ follow: false, tail: 1 })).length, 1);
});

t.test('a main process of its own: its output, its restart, its end', async (t) => {
  const main = 'echo "began with $KEY"; while :; do sleep 1000 & wait $!; done';
  const box = await boxOf(t, { main: 'own', command: ['sh', '-c', main] });
  await box.delivery.apply(box.wish({ values: [held('KEY')] }));
  const logs = async (follow = false) => {
    let text = '';
    for await (const { data } of box.delivery.logs(box.id, { follow }, new AbortController().signal))
      text += Buffer.from(data);
    return text;
  };
  await until('its first word', async () => (await logs()).includes('began with value-of-KEY-1'));
  const { containerId } = (await box.delivery.apply(box.wish({ values: [] }), { look: false })).seen;
  await until('its second word', async () => /began with \n/.test(await logs()));
  for (const follow of [false, true]) {
    const enough = new AbortController();
    let last = '';
    for await (const part of box.delivery.logs(box.id, { follow, tail: 1 }, enough.signal)) {
      last += Buffer.from(part.data);
      t.equal(part.cut, undefined, 'a line that was asked for is shown from its beginning');
      enough.abort();
    }
    t.equal(last, 'began with \n');
  }
  t.equal((await box.docker.inspect(box.name))?.id, containerId, 'in the same container');
  t.match(box.ledger.holders, [{ id: 'main-1', kind: 'main', ended: true }]);
});

t.test('an init that a daemon left finds the next one; another process does not', async (t) => {
  const box = await boxOf(t);
  const first = await box.delivery.apply(box.wish({ values: [held('KEY')] }));
  const pid = (await box.docker.inspect(box.name))?.state.pid;
  await box.again();
  const opened: string[] = [];
  const open = () => {
    opened.push('KEY');
    return new Uint8Array([1]);
  };
  const watched = { ...held('KEY'), open };
  const second = await box.delivery.apply(box.wish({ generation: 1, values: [watched] }));
  t.equal(second.seen.containerId, first.seen.containerId);
  t.equal((await box.docker.inspect(box.name))?.state.pid, pid);
  t.same(opened, [], 'what it has is not sent again');
  t.match(await box.run('echo $KEY'), { text: 'value-of-KEY-1' });
  t.same(box.refused, []);

  const knock = (frame: Buffer) =>
    new Promise<number>((resolve) => {
      let heard = 0;
      const socket = connect(`${box.place.runDir}/sandboxes/${box.id}/s`, () => socket.write(frame));
      socket.on('data', (data) => {
        heard += data.length;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
    });
  const hello = frame(TYPE.HELLO, (w) => w.u16(1).u16(1).text('x'));
  t.equal(await knock(hello), 0, 'nothing is said to a second one');
  t.equal(await knock(frame(TYPE.STREAM, (w) => w.raw(Buffer.alloc(16)).u32(0))), 0);
  await until('both being counted', () => box.refused.length >= 2);
  t.same(box.refused, ['second_connection', 'bad_token']);
});

t.test(
  'a container that somebody restarted is fed again, and one whose init is unknown is started again',
  async (t) => {
    const box = await boxOf(t);
    await box.delivery.apply(box.wish({ values: [held('KEY')] }));
    await engine.docker('restart', '-t', '0', box.name);
    await box.delivery.apply(box.wish({ generation: 1, values: [held('KEY')] }));
    t.match(await box.run('echo $KEY'), { text: 'value-of-KEY-1' });
    const before = (await box.docker.inspect(box.name))?.state.pid ?? 0;
    await box.delivery.close();
    rmSync(`${box.place.runDir}/resume/${box.id}`);
    await box.again();
    const seen = (await box.delivery.apply(box.wish({ generation: 1, values: [held('KEY')] }))).seen;
    t.match(await box.run('echo $KEY'), { text: 'value-of-KEY-1' });
    const after = await box.docker.inspect(box.name);
    t.equal(after?.id, seen.containerId);
    t.not(after?.state.pid, before);
  },
);

t.test('while sealed values are taken away and none is given', async (t) => {
  const box = await boxOf(t);
  const sealed = (one: ReturnType<typeof held>) => ({
    ...one,
    open: () => {
      throw Object.assign(new Error('sealed'), { code: 'VAULT_SEALED' });
    },
  });
  await box.delivery.apply(box.wish({ values: [held('A'), held('B')] }));
  await box.delivery.apply(box.wish({ values: [sealed(held('A'))], envMac: null }), { look: false });
  t.match(await box.run('echo $A/$B'), { text: 'value-of-A-1/' });
  const more = box.wish({ values: [sealed(held('A')), sealed(held('C'))], envMac: null });
  await t.rejects(box.delivery.apply(more, { look: false }), { code: 'WISH_SEALED', quiet: true });
  t.match(await box.run('echo $A/$C'), { text: 'value-of-A-1/' });
  await box.delivery.apply(box.wish({ values: [held('A'), held('C')] }), { look: false });
  t.match(await box.run('echo $A/$C'), { text: 'value-of-A-1/value-of-C-1' });
});

t.test('revoke ends every holder, also of a container that is paused', async (t) => {
  const box = await boxOf(t);
  await box.delivery.apply(box.wish({ values: [held('KEY')] }));
  const one = await box.start('sleep 1000');
  await box.delivery.revoke(box.id);
  for await (const _ of one.output);
  t.match(await one.exit, { reason: 'REVOKED' });
  t.same(box.ledger.rows(box.id)[0]?.holds, []);
  t.equal((await box.docker.inspect(box.name))?.state.running, true);
  await box.delivery.apply(box.wish({ generation: 1, values: [held('KEY')] }), { look: false });
  t.match(await box.run('echo $KEY'), { text: 'value-of-KEY-1' });

  const two = await box.start('sleep 1000');
  const pids = await box.pids();
  await engine.docker('pause', box.name);
  await box.delivery.apply(box.wish({ values: [] }), { look: false });
  t.same(
    pids.filter((pid) => environmentOf(pid).includes('value-of-KEY')),
    [],
  );
  for await (const _ of two.output);
  t.equal((await two.exit).code, null);
  t.match(await box.run('echo $KEY.'), { text: '.' }, 'and it runs again');
});

t.test('without a look at peers the first connection of a start counts', async (t) => {
  const box = await boxOf(t, {}, false);
  await box.delivery.apply(box.wish({ values: [held('KEY')] }));
  t.match(await box.run('echo $KEY'), { text: 'value-of-KEY-1' });
});

t.test('an image with an init of its own: served once, started again for a change', async (t) => {
  const main = 'echo "$KEY" >/workspace/was; while :; do sleep 1000 & wait $!; done';
  const box = await boxOf(t, { oneShot: true, main: 'own', command: ['sh', '-c', main] });
  const was = async () => engine.docker('exec', box.name, '/bin/cat', '/workspace/was').catch(() => '');
  const first = await box.delivery.apply(box.wish({ values: [held('KEY')] }));
  await until('the first', async () => (await was()).trim() === 'value-of-KEY-1');
  const pid = (await box.docker.inspect(box.name))?.state.pid;
  await box.delivery.apply(box.wish({ generation: 1, values: [held('KEY')] }));
  t.equal((await box.docker.inspect(box.name))?.state.pid, pid, 'nothing changed: nothing happens');
  const second = await box.delivery.apply(box.wish({ values: [held('KEY', 2, 2)] }));
  await until('the second', async () => (await was()).trim() === 'value-of-KEY-2');
  t.equal(second.seen.containerId, first.seen.containerId);
  await t.rejects(box.start('true'), { code: 'EXEC_NOT_POSSIBLE' });
});

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

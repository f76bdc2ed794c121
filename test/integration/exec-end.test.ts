/** A command that is ended leaves nothing behind, however its processes hid; and nothing else is touched. */

import t from 'tap';
import { cgroupDirectory, freeze, frozen, thaw } from '../../sandbox/kernel/cgroup.js';
import { canSignalEngineProcesses } from '../../sandbox/kernel/process-kill.js';
import { until } from '../engine/wait.js';
import { type Box, collect, makeBox, unified } from './exec-box.js';

/** Ways to get away; each leaves processes called `sleep 7…` that would run for long. */
const ESCAPES: Record<string, string> = {
  'a plain child': 'sleep 701',
  'children in the background': 'sleep 701 & sleep 702 & wait',
  'deaf to TERM and HUP, as with nohup': "trap '' TERM HUP INT; sleep 701 & sleep 702; sleep 703",
  'a double fork': '( ( sleep 701 & ) & ); sleep 702',
  'a session of its own': 'setsid sleep 701 & sleep 702',
  'no environment': 'env -i /bin/sleep 701 & sleep 702',
  'session, environment and output given up, after a double fork':
    '( ( env -i /bin/setsid /bin/sh -c "sleep 701; sleep 703" </dev/null >/dev/null 2>&1 & ) & ); sleep 702',
  'the same, later': 'sleep 0.2; ( ( env -i /bin/setsid /bin/sleep 701 </dev/null >/dev/null 2>&1 & ) & ); sleep 702',
  'the leader ends, a child holds its output': 'sleep 701 & exit 0',
  'the leader ends, a child in a session without environment holds its output':
    'env -i /bin/setsid /bin/sleep 701 & exit 0',
  'the leader ends, only a grandchild holds its output': '( setsid sh -c "sleep 701; sleep 702" & ) ; exit 5',
  stopped: 'sleep 701 & kill -STOP $!; sleep 702',
  'forks all the time': 'f() { sleep 0.01; ( f & ) ; }; f; while :; do sh -c "sleep 0.01" & sleep 0.005; done',
};

interface Same {
  same(found: unknown, wanted: unknown, message: string): boolean;
}

async function noLongerThere(t: Same, box: Box, name: string): Promise<void> {
  t.same(box.others(), [], `${name}: nothing is left when it says so`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.same(box.others(), [], `${name}: nor does anything come back`);
}

for (const v2 of [false, true])
  t.test(v2 ? 'in the unified hierarchy' : 'as the engine has it', async (t) => {
    const box = await makeBox(t, { v2 });
    if (v2 && unified(box.container.pid, box.container.dockerId) === null) {
      t.pass('this machine has none');
      return;
    }
    t.equal(canSignalEngineProcesses(box.container), true);
    for (const [name, script] of Object.entries(ESCAPES)) {
      const timed = await box.run(script, { timeout: 500 });
      t.match(timed.exit, { code: null, signal: 'SIGKILL', reason: 'TIMEOUT' }, `${name}: timeout`);
      await noLongerThere(t, box, `${name}, timeout`);

      const exec = await box.start(`echo up; ${script}`);
      for await (const part of exec.output) {
        t.ok(part.data.length > 0);
        await new Promise((resolve) => setTimeout(resolve, 200));
        await exec.end('CLIENT_GONE');
        await noLongerThere(t, box, `${name}, client gone`);
        break;
      }
      t.match(await exec.exit, { code: null, signal: 'SIGKILL', reason: 'CLIENT_GONE' }, `${name}: client gone`);
    }
    t.match(await box.run('echo fine'), { stdout: 'fine\n', exit: { code: 0 } }, 'the sandbox goes on');
  });

t.test('beside others, and where the main process has children of its own, nothing gets away either', async (t) => {
  const box = await makeBox(t, { main: 'while :; do sleep 1000 & wait; done' });
  box.container.hold = false;
  const away = '( ( env -i /bin/setsid /bin/sh -c "sleep 701; sleep 703" </dev/null >/dev/null 2>&1 & ) & )';
  const other = await box.start(`sleep 0.5; ${away.replaceAll('70', '80')}; sleep 802`);
  for (const script of [`sleep 0.5; ${away}; sleep 702`, `sleep 0.5; ${away}; sleep 702 & exit 0`]) {
    const run = await box.run(script, { timeout: 1000 });
    t.match(run.exit, { reason: 'TIMEOUT' });
    t.same(
      box.others().filter((command) => command.includes('sleep 70')),
      [],
    );
  }
  await until('what got away from the other one, which is the other one’s', () => box.others().includes('sleep 801'));
  await other.end('CLIENT_GONE');
  t.same(box.others(), []);
});

t.test('ended at once after its start', async (t) => {
  const box = await makeBox(t);
  for (const script of [
    'sleep 701',
    '( ( env -i /bin/setsid /bin/sleep 701 </dev/null >/dev/null 2>&1 & ) & ); sleep 702',
  ]) {
    const exec = await box.start(script);
    await exec.end('CLIENT_GONE');
    await noLongerThere(t, box, script);
    t.match(await exec.exit, { reason: 'CLIENT_GONE' });
  }
});

t.test('others in the same sandbox stay untouched', async (t) => {
  const box = await makeBox(t, { main: 'while :; do sleep 1000 & wait; done' });
  const inside = await box.face.docker('exec', '-d', box.container.dockerId, 'sleep', '801');
  t.equal(inside, '', 'somebody’s own docker exec');
  const background = await box.run('( setsid sleep 802 </dev/null >/dev/null 2>&1 & )');
  t.match(background.exit, { code: 0 }, 'a server that an earlier command left running');
  const other = await box.start('echo first; sleep 3; echo last; exit 4');
  const otherDone = collect(other);
  const server = await box.start('setsid sleep 803 & sleep 804');
  const kept = ['sleep 801', 'sleep 802', 'sleep 803', 'sleep 804'];
  await until('all of them', () => kept.every((command) => box.others().includes(command)));
  await Promise.all([
    box.run('setsid sleep 701 & sleep 702', { timeout: 300 }),
    box.run('sleep 703 & exit 0', { timeout: 350 }),
    box.run("trap '' TERM; ( setsid sleep 704 & ); sleep 705", { timeout: 400 }),
  ]);
  const left = box.others();
  t.same(
    left.filter((command) => /sleep 7/.test(command)),
    [],
  );
  for (const command of kept) t.ok(left.includes(command), `${command} runs on`);
  t.match(await otherDone, { stdout: 'first\nlast\n', exit: { code: 4 } });
  await server.end('CLIENT_GONE');
  const [first, ...rest] = box.others();
  t.same([first, ...rest], ['sleep 801', 'sleep 802']);
});

t.test('the main process and what it starts stay untouched', async (t) => {
  const box = await makeBox(t, { main: 'while :; do ( setsid sleep 0.4 & ); sleep 0.1; done' });
  box.container.hold = false;
  const before = (await box.face.docker('inspect', '-f', '{{.State.StartedAt}}', box.container.dockerId)).trim();
  const exec = await box.run('exec >/proc/1/fd/1 2>&1; sleep 701 & sleep 702', { timeout: 400 });
  t.match(exec.exit, { reason: 'TIMEOUT' }, 'even when its output is the main process’s');
  t.same(
    box.others().filter((command) => command.includes('sleep 70')),
    [],
  );
  await until('the main process starting more', () => box.others().includes('sleep 0.4'));
  t.equal((await box.face.docker('inspect', '-f', '{{.State.StartedAt}}', box.container.dockerId)).trim(), before);
});

t.test('output from before a timeout is delivered', async (t) => {
  const box = await makeBox(t);
  const run = await box.run('echo before; seq 1 20000; sleep 701; echo after', { timeout: 5_000 });
  t.match(run.stdout, /^before\n1\n/);
  t.match(run.stdout, /\n20000\n$/);
  t.match(run.exit, { reason: 'TIMEOUT' });
});

t.test('a paused sandbox: the command ends, the pause stays', async (t) => {
  const box = await makeBox(t);
  const exec = await box.start('sleep 701 & sleep 702');
  await box.face.docker('pause', box.container.dockerId);
  await exec.end('TIMEOUT');
  t.same(box.others(), []);
  t.match(await box.face.docker('inspect', '-f', '{{.State.Status}}', box.container.dockerId), /paused/);
  await box.face.docker('unpause', box.container.dockerId);
  t.match(await box.run('echo on'), { stdout: 'on\n' });
});

t.test('leaves a control group only while something lives in it', async (t) => {
  const box = await makeBox(t);
  const trace = unified(box.container.pid, box.container.dockerId);
  t.ok(trace === null || trace.directory.includes(box.container.dockerId));
  await box.run('sleep 0.2');
  await box.run('( sleep 0.5 </dev/null >/dev/null 2>&1 & ); sleep 0.1');
  await until('the child’s end', () => box.others().length === 0);
  await box.run('sleep 0.1');
  const seen = await box.run('cat /proc/self/cgroup');
  t.notMatch(seen.stdout, /ampoule-exe_[^\n]*ampoule-exe_/);
  t.match(await box.face.tryDocker(['rm', '-f', box.container.dockerId]), { code: 0 }, 'the container can be removed');
});

t.test('a daemon that died while all stood still: the next look lets it go on', async (t) => {
  const box = await makeBox(t);
  const { pid, dockerId } = box.container;
  const group = cgroupDirectory(pid, dockerId);
  if (!group) throw new Error('the group of a running container');
  await freeze(group);
  t.equal(await box.execs.thawLeftover(box.container), true);
  t.equal(frozen(group), false);
  t.equal(await box.execs.thawLeftover(box.container), false);
  await freeze(group);
  t.match(await box.run('echo on'), { stdout: 'on\n' }, 'so does the next command');
  await box.face.docker('pause', dockerId);
  t.equal(await box.execs.thawLeftover(box.container), false, 'a pause is somebody’s wish');
  t.equal(frozen(group), true);
  thaw(group);
});

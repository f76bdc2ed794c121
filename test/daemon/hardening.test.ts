import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import t from 'tap';

/** Runs `script` in a process of its own, since hardening is for good. */
function run(cwd: string, script: string, ...flags: string[]) {
  const source = `const { harden } = await import(${JSON.stringify(new URL('../../daemon/hardening.ts', import.meta.url).href)});
const fs = await import('node:fs'); ${script}`;
  return spawnSync(
    process.execPath,
    [...flags, '--import', import.meta.resolve('tsx'), '--input-type=module', '-e', source],
    { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, CANARY: 'canary-3a' } },
  );
}

t.test('files are for nobody else, and no mapping goes into a core dump', async (t) => {
  const { stdout, stderr } = run(
    t.testdir(),
    `harden(); fs.writeFileSync('f', ''); console.log(fs.statSync('f').mode & 0o777, fs.readFileSync('/proc/self/coredump_filter', 'utf8').trim());`,
  );
  t.equal(stdout, `${0o600} 00000000\n`, stderr);
});

t.test('SIGUSR1 opens no inspector', async (t) => {
  const signal = `process.kill(process.pid, 'SIGUSR1'); setTimeout(() => process.exit(0), 300);`;
  t.match(run(t.testdir(), signal).stderr, 'Debugger listening', 'it would');
  t.equal(run(t.testdir(), `harden(); ${signal}`).stderr, '');
});

t.test('no diagnostic report is written, even where one was asked for', async (t) => {
  const fail = `setTimeout(() => { throw new Error('no'); });`;
  const before = t.testdir({ plain: {}, hardened: {} });
  run(`${before}/plain`, fail, '--report-uncaught-exception');
  t.match(readdirSync(`${before}/plain`).join(), /report/, 'it would');
  run(`${before}/hardened`, `harden(); ${fail}`, '--report-uncaught-exception');
  t.same(readdirSync(`${before}/hardened`), []);
});

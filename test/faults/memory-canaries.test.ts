/** With `memory` delivery no byte of a secret comes to rest anywhere: everything is done to secrets, and then every place is searched. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { startEngine } from '../engine/engine.js';
import { type Pattern, patternsOf } from '../engine/forms.js';
import { inEngine, inProcesses } from '../engine/observer.js';
import { startOf } from '../engine/processes.js';
import { placesOf, sweepPlaces } from '../engine/sweep-places.js';
import { until } from '../engine/wait.js';
import { terminal } from './memory-terminal.js';
import { launch, runIn } from './memory-world.js';

const full = process.env.AMPOULE_FULL === '1';
const SECRETS = full ? 100 : 12;

/** Values begin alike, with signs that every encoding writes in its own way: who looks for the beginning finds them all. */
const mark = (): string => `${randomBytes(9).toString('base64url')}/+"<\n${randomBytes(9).toString('base64url')}`;
const values = (beginning: string): Map<string, string> =>
  new Map(
    Array.from({ length: SECRETS }, (_, n) => [`KEY_SWEEP_${n}`, `${beginning}${n}-${randomBytes(6).toString('hex')}`]),
  );

t.test('every place, after everything', { timeout: 3_600_000 }, async (t) => {
  const begun = Date.now();
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  await engine.importBusybox();
  const options = { engine, env: { AMPOULE_LOG_LEVEL: 'trace' } };
  let daemon = await startDaemon(options);
  const { dir } = daemon;
  t.teardown(() => daemon.remove());
  const [memory, env] = [mark(), mark()];
  const marks = { first: `${memory}-1-`, second: `${memory}-2-`, third: `${memory}-3-` };
  const hidden: Pattern[] = patternsOf('memory', memory);
  const places = placesOf(engine, dir, begun);
  const nowhere = async (when: string): Promise<void> => {
    t.comment(`${Math.round((Date.now() - begun) / 1000)} s: ${when}`);
    t.same(sweepPlaces(places, hidden), [], `${when}: no file has a byte of one`);
    t.same(await inEngine(engine, hidden), [], `${when}: nor does Docker tell one`);
  };

  // start
  const names = [...values('').keys()];
  for (const [n, [name, value]] of [...values(marks.first)].entries()) {
    if (n % 4 === 3) await daemon.ok('POST', '/v1/secrets', { name, value, as: 'file' });
    else await daemon.ok('POST', '/v1/secrets', { name, value });
  }
  const wanted = { secrets: names, command: ['sh', '-c', 'env; while :; do sleep 1; done'] };
  const box = await launch(daemon, engine, 'swept', wanted);
  const printAll = `env | grep -c ^KEY_SWEEP_; for f in /.ampoule/files/*; do cat "$f"; done | wc -c`;
  const all = async (): Promise<void> => {
    const [variables, bytes] = (await runIn(daemon, box, printAll)).split('\n').map(Number);
    t.ok(variables === SECRETS && Number(bytes) > 30, `a command has all ${SECRETS}`);
  };
  await all();
  t.ok(inProcesses(hidden).length > 0, 'positive control: the main process has them');

  // exec, terminal, Docker's own exec
  await daemon.ok('POST', '/v1/sandboxes/swept/exec', { command: 'env; env | base64; env >&2', masking: false });
  await daemon.ok('POST', '/v1/sandboxes/swept/exec', { command: 'env', env: { ANOTHER: 'x' }, stdin: marks.third });
  const typed = await terminal(daemon, 'swept', ['sh'], 'env | wc -l; echo "$KEY_SWEEP_0"; exit\n');
  t.match(typed, /exit/, 'a terminal ran');
  const shown = await engine.docker('exec', 'ampoule-swept', 'env');
  t.ok(shown.includes(marks.first.split('\n')[0] ?? ' '), 'docker exec shows them');
  const core = await daemon.ok('POST', '/v1/sandboxes/swept/exec', { command: 'cd /workspace; kill -ABRT $$' });
  t.not(core.exitCode, 0, 'a command that aborts');
  await nowhere('while it runs');

  // change
  for (const [name, value] of values(marks.second)) {
    await daemon.ok('PUT', `/v1/secrets/${name}/value?wait=30s&revoke=true`, { value });
  }
  await all();
  const some = names.filter((_, n) => n % 2 === 0);
  await daemon.ok('POST', '/v1/sessions/swept/deactivate?wait=30s', { names: some });
  await daemon.ok('POST', '/v1/sessions/swept/activate?wait=30s', { names: some });
  await all();

  // commit, export, save, copy, logs
  const out = join(dir, 'out');
  mkdirSync(out);
  await engine.docker('commit', 'ampoule-swept', 'ampoule/committed');
  await engine.docker('commit', '--pause=false', 'ampoule-swept', 'ampoule/committed-running');
  await engine.docker('export', '-o', join(out, 'export.tar'), 'ampoule-swept');
  await engine.docker('save', '-o', join(out, 'save.tar'), 'ampoule/committed', 'ampoule/committed-running');
  for (const path of ['/.ampoule', '/workspace', '/proc/1/environ', '/etc']) {
    await engine.tryDocker(['cp', `ampoule-swept:${path}`, join(out, path.replaceAll('/', '_'))]);
  }
  await engine.tryDocker(['logs', 'ampoule-swept']);
  const logs = await daemon.api('GET', '/v1/sandboxes/swept/logs');
  writeFileSync(join(out, 'logs'), logs.bytes);
  const backup = await daemon.api('POST', '/v1/vault/backup');
  t.equal(backup.status, 200);
  writeFileSync(join(out, 'backup'), backup.bytes);
  await nowhere('after commit, export, save, copies, logs and a backup');

  // stop, and crashes of the init, the daemon and the engine
  const again = async (what: string): Promise<void> => {
    const running = async (): Promise<boolean> =>
      (await daemon.api('POST', '/v1/sandboxes/swept/exec', { command: ['true'] })).body.exitCode === 0;
    await until(`the sandbox being back after ${what}`, () => running().catch(() => false), { withinMs: 90_000 });
    await all();
  };
  await engine.docker('stop', '-t', '1', 'ampoule-swept');
  await again('a stop');
  const init = Number(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'ampoule-swept'));
  process.kill(init, 'SIGKILL');
  await until('the init being gone', () => startOf(init) === null);
  await again('a crash of the init');
  await daemon.kill9();
  daemon = await startDaemon({ ...options, dir });
  await again('a crash of the daemon');
  await engine.kill();
  await engine.restart();
  await again('a crash of the engine');
  await nowhere('after crashes');

  // rotate, leaked, delete, remove
  for (const [name, value] of [...values(marks.third)].slice(0, 4)) {
    await daemon.ok('PUT', `/v1/secrets/${name}/value?wait=30s`, undefined, {
      ...{ raw: value, headers: { 'content-type': 'application/octet-stream' } },
    });
  }
  for (const name of names) await daemon.ok('DELETE', `/v1/secrets/${name}?force=true&wait=30s`);
  t.same(inProcesses(hidden, [process.pid, daemon.pid]), [], 'nobody holds one that was deleted');
  await daemon.ok('DELETE', '/v1/sessions/swept?workspace=delete&wait=30s');
  await nowhere('after all is gone');

  await t.test('the same look finds what is there', async (t) => {
    await daemon.ok('POST', '/v1/secrets', { name: 'KEY_ENV', value: `${env}-end` });
    const shown = patternsOf('env', env);
    await launch(daemon, engine, 'shown', { delivery: 'env', secrets: ['KEY_ENV'] });
    const files = new Set(sweepPlaces(places, shown).map(({ where }) => where));
    t.ok(files.size >= 3, `with env delivery ${files.size} files have it: ${[...files].join(', ')}`);
    t.ok((await inEngine(engine, shown)).length > 0, 'and Docker tells it');
    const value = values(marks.second).get('KEY_SWEEP_1') ?? '';
    for (const { form, bytes } of patternsOf('whole', value)) {
      const file = join(engine.dataRoot, 'planted');
      writeFileSync(file, Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]));
      t.ok(sweepPlaces([{ path: file, since: null }], hidden).length > 0, `a file with its ${form} is found`);
      rmSync(file);
    }
    const planted = places
      .map(({ path }) => join(path, `ampoule-planted-${process.pid}`))
      .filter((file) => {
        try {
          writeFileSync(file, value);
          return true;
        } catch {
          return false;
        }
      });
    const seen = sweepPlaces(places, hidden).map(({ where }) => where);
    for (const file of planted) {
      t.ok(seen.includes(`file ${file}`), `${file} is found`);
      // Two of the places may be one.
      rmSync(file, { force: true });
    }
    t.ok(planted.length > 4, `${planted.length} places`);
  });
  t.ok(readFileSync(engine.log, 'utf8').includes('level=debug'), "the engine's log was at debug level");
});

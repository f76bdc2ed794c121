/**
 * Takes away all that the quickstart made: sandboxes, daemon, engine, bridge, image, packages, directory. Nothing else. Goes on where
 * something cannot be removed, and says at the end what that was.
 */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { daemonsOf } from './ampouled.js';
import { apiAt } from './api.js';
import { must, run } from './command.js';
import { removeNetwork } from './firewall.js';
import { removeFromEngine } from './leftovers.js';
import { type Places, type Record, readRecord } from './places.js';
import { end } from './process.js';
import type { Steps } from './steps.js';

/** @throws Error that lists what is left; the directory then stays, so that it can be run again. */
export async function uninstall(places: Places, steps: Steps): Promise<void> {
  const record = readRecord(places);
  const { engine, daemon } = record;
  const running = daemonsOf(places);
  if (daemon !== undefined) {
    await steps.attempt('end sessions and sandboxes', async () =>
      running.length === 0 ? 'the daemon does not run' : endSessions(places, daemon),
    );
  }
  if (running.length > 0) {
    await steps.attempt('stop the daemon', async () => {
      for (const process of running) await end(process, 10_000);
      return `pid ${running.map(({ pid }) => pid).join(', ')}`;
    });
  }
  if (daemon !== undefined) {
    await steps.attempt('remove what is left in Docker', () => removeFromEngine(places, daemon, record.imported));
  }
  if (engine !== undefined) {
    await steps.attempt('stop the engine', async () => {
      await end(engine.process, 60_000);
      await removeNetwork(engine.before);
      return `pid ${engine.process.pid}, its bridge and firewall rules`;
    });
  }
  if (existsSync(places.packages)) {
    const names: string[] = JSON.parse(readFileSync(places.packages, 'utf8'));
    await steps.attempt('remove the packages', () => removePackages(names));
  }
  if (steps.failures.length > 0) throw new Error(whatIsLeft(places, steps.failures));
  await steps.step('remove the directory', async () => {
    await unmountBelow(places.root);
    rmSync(places.root, { recursive: true, force: true });
    return places.root;
  });
}

function whatIsLeft(places: Places, failures: readonly string[]): string {
  return `Not all could be removed:
${failures.map((failure) => `  ${failure}`).join('\n')}
${places.root} stays, since it says what is still to be removed. Mend that, and run \`npm run quickstart -- --uninstall\` again.`;
}

/** What the daemon does not end, for whatever reason, is removed without it. */
async function endSessions(places: Places, daemon: NonNullable<Record['daemon']>): Promise<string> {
  try {
    const api = apiAt(daemon.address, readFileSync(places.daemon.token, 'utf8').trim());
    const listed = await api.must('GET', '/v1/sessions?state=live&limit=200');
    const items = Array.isArray(listed.items) ? listed.items : [];
    for (const { id } of items) await api.call('DELETE', `/v1/sessions/${id}?workspace=delete&wait=60s`);
    return `${items.length} sessions`;
  } catch (error) {
    return `left to the next steps: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Only if apt would take nothing else with them. */
async function removePackages(names: string[]): Promise<string> {
  const command = `apt-get purge -y ${names.join(' ')}`;
  if (process.getuid?.() !== 0) return `left to you: \`sudo ${command}\``;
  const simulated = await run('apt-get', ['-s', 'purge', ...names]);
  const gone = [...simulated.stdout.matchAll(/^(?:Remv|Purg) (\S+)/gm)].map((match) => match[1] ?? '');
  const more = gone.filter((name) => !names.includes(name));
  if (simulated.status !== 0 || more.length > 0) return `left, since others need them: \`${command}\``;
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question(`Remove ${names.join(', ')}, which the quickstart installed? [Y/n] `);
    terminal.close();
    if (!/^(y|yes|)$/i.test(answer.trim())) return `left: \`${command}\``;
  }
  await must('apt-get', ['-q', 'purge', '-y', ...names], { DEBIAN_FRONTEND: 'noninteractive' });
  return names.join(', ');
}

/** An engine leaves its network namespaces mounted. */
async function unmountBelow(directory: string): Promise<void> {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${directory}/`));
  for (const point of points.sort().reverse()) await run('umount', ['-l', point]);
}

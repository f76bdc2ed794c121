/** Takes away all that the quickstart made: sandboxes, daemon, engine, bridge, image, packages, directory. Nothing else. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { apiAt } from './api.js';
import { must, run } from './command.js';
import { answers } from './engine.js';
import { removeNetwork } from './firewall.js';
import { type Places, type Record, readRecord } from './places.js';
import { alive, end } from './process.js';
import type { Steps } from './steps.js';

export async function uninstall(places: Places, steps: Steps): Promise<void> {
  const record = readRecord(places);
  const { engine, daemon } = record;
  if (daemon !== undefined) {
    await steps.step('end sessions and sandboxes', () => endSessions(places, daemon));
    await steps.step('stop the daemon', async () => {
      await end(daemon.process, 10_000);
      return `pid ${daemon.process.pid}`;
    });
    await steps.step('remove what is left in Docker', () => removeLeft(daemon, record.imported));
  }
  if (engine !== undefined) {
    await steps.step('stop the engine', async () => {
      await end(engine.process, 60_000);
      await removeNetwork(engine.before);
      return `pid ${engine.process.pid}, its bridge and firewall rules`;
    });
  }
  if (existsSync(places.packages)) {
    const names: string[] = JSON.parse(readFileSync(places.packages, 'utf8'));
    await steps.step('remove the packages', () => removePackages(names));
  }
  await steps.step('remove the directory', async () => {
    await unmountBelow(places.root);
    rmSync(places.root, { recursive: true, force: true });
    return places.root;
  });
}

type Daemon = NonNullable<Record['daemon']>;

async function endSessions(places: Places, daemon: Daemon): Promise<string> {
  if (!alive(daemon.process) || !existsSync(places.daemon.token)) return 'the daemon does not run';
  const api = apiAt(daemon.address, readFileSync(places.daemon.token, 'utf8').trim());
  const listed = await api.call('GET', '/v1/sessions?state=live&limit=200');
  const items = Array.isArray(listed.body.items) ? listed.body.items : [];
  for (const { id } of items) await api.call('DELETE', `/v1/sessions/${id}?workspace=delete&wait=60s`);
  return `${items.length} sessions`;
}

/** By the label that only containers and volumes of this vault have. */
async function removeLeft(daemon: Daemon, imported: Record['imported']): Promise<string> {
  const env = { DOCKER_HOST: daemon.dockerHost };
  const socket = daemon.dockerHost.replace(/^unix:\/\//, '');
  if (socket !== daemon.dockerHost && !(await answers(socket))) return 'the engine does not answer';
  const filter = ['--filter', `label=dev.ampoule.vault=${daemon.vault}`];
  const ids = async (...args: string[]): Promise<string[]> =>
    (await must('docker', [...args, ...filter], env)).split('\n').filter((line) => line !== '');
  const containers = await ids('ps', '-aq');
  if (containers.length > 0) await must('docker', ['rm', '-f', '-v', ...containers], env);
  const volumes = await ids('volume', 'ls', '-q');
  if (volumes.length > 0) await must('docker', ['volume', 'rm', ...volumes], env);
  if (imported !== undefined) await run('docker', ['rmi', imported.image], { DOCKER_HOST: imported.dockerHost });
  return `${containers.length} containers, ${volumes.length} volumes${imported === undefined ? '' : ', the image'}`;
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

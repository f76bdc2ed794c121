/** Looks at the containers as a stranger would: Docker's own answers and /proc, never the daemon's word. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Seen {
  Id: string;
  Name: string;
  State: { Running: boolean; Paused: boolean; Pid: number };
  Config: { Env: string[] | null; Labels: Record<string, string> | null };
}

/** Every container with the label of a vault. One that goes away between the two calls is left out. */
export async function containers(dockerHost: string, vault: string): Promise<Seen[]> {
  const docker = (...args: string[]): Promise<{ stdout: string }> =>
    run('docker', ['-H', dockerHost, ...args], { maxBuffer: 64 << 20 });
  const ofVault = ['--filter', `label=dev.ampoule.vault=${vault}`];
  const ids = (await docker('ps', '-aq', '--no-trunc', ...ofVault)).stdout.split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  try {
    return JSON.parse((await docker('inspect', ...ids)).stdout) as Seen[];
  } catch (error) {
    // Where some are gone, Docker shows the others and ends with 1.
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    if (stdout === undefined || !/No such object/.test(stderr ?? '')) throw error;
    return JSON.parse(stdout) as Seen[];
  }
}

function processEnvironment(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').filter(Boolean);
  } catch {
    return null;
  }
}

/** The one running container of each sandbox; in `wrong` what is missing, doubled, orphaned or stands still. */
export async function standing(
  dockerHost: string,
  vault: string,
  names: readonly string[],
): Promise<{ running: Map<string, Seen>; wrong: string[] }> {
  const wrong: string[] = [];
  const running = new Map<string, Seen>();
  const byBox = new Map<string, Seen[]>();
  for (const container of await containers(dockerHost, vault)) {
    const name = container.Name.replace(/^\/ampoule-/, '').replace(/-g\d+$/, '');
    byBox.set(name, [...(byBox.get(name) ?? []), container]);
  }
  for (const [name, list] of byBox) {
    if (!names.includes(name)) wrong.push(`${name}: orphan ${list.map((c) => c.Id.slice(0, 12)).join(', ')}`);
  }
  for (const name of names) {
    const list = byBox.get(name) ?? [];
    const [only] = list;
    if (list.length !== 1 || only === undefined) {
      wrong.push(`${name}: ${list.length} containers`);
      continue;
    }
    if (only.State.Running && !only.State.Paused) running.set(name, only);
    else wrong.push(`${name}: not running`);
    if (only.Name !== `/ampoule-${name}`) wrong.push(`${name}: called ${only.Name}`);
  }
  return { running, wrong };
}

/**
 * Holds the containers of one vault against what each sandbox must have. `boxes`: sandbox's name → variable → value; `isOurs`
 * tells which variables are under test. Returns what is wrong: missing, doubled, orphaned, or another environment than the wanted one.
 */
export async function differences(
  dockerHost: string,
  vault: string,
  boxes: Map<string, Map<string, string>>,
  isOurs: (variable: string) => boolean,
): Promise<string[]> {
  const { running, wrong } = await standing(dockerHost, vault, [...boxes.keys()]);
  for (const [name, { Config, State }] of running) {
    const wanted = boxes.get(name) ?? new Map();
    wrong.push(...unlike(`${name}: inspect`, Config.Env ?? [], wanted, isOurs));
    const environment = processEnvironment(State.Pid);
    if (environment !== null) wrong.push(...unlike(`${name}: /proc`, environment, wanted, isOurs));
  }
  return wrong;
}

/** What an environment (`NAME=value`) has of ours beside or instead of what is wanted. */
export function unlike(
  where: string,
  environment: readonly string[],
  wanted: ReadonlyMap<string, string>,
  isOurs: (variable: string) => boolean,
): string[] {
  const expected = [...wanted].map(([variable, value]) => `${variable}=${value}`).sort();
  const found = environment.filter((entry) => isOurs(entry.split('=')[0] ?? '')).sort();
  if (found.join('\n') === expected.join('\n')) return [];
  return [`${where} has [${found.join(' ')}], wanted [${expected.join(' ')}]`];
}

/** Asks again until nothing is wrong, or `patience` ms are over; then what is still wrong. */
export async function converged(look: () => Promise<string[]>, patience: number): Promise<string[]> {
  const end = Date.now() + patience;
  for (;;) {
    const wrong = await look();
    if (wrong.length === 0 || Date.now() > end) return wrong;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A bridge of our own for our engine, and taking its traces out of the host's network afterwards. Never touches docker0. */

import { readFileSync, writeFileSync } from 'node:fs';
import { must, run } from './command.js';

export const BRIDGE = 'ampoule0';

/** How the host's network was before the engine was started. */
export interface NetworkBefore {
  /** Policy of the chain FORWARD; null where iptables could not tell. */
  forward: string | null;
  /** Docker's chains were there already: another engine's. */
  chains: boolean;
  ipForward: string;
}

const CANDIDATES = ['172.31.253', '10.213.77', '192.168.213', '172.20.211', '10.77.213', '192.168.77'];
const IP_FORWARD = '/proc/sys/net/ipv4/ip_forward';
const TABLES = ['nat', 'filter'];

/** The first candidate (`a.b.c`, a /24) that no address or route of the host lies in or covers. */
export function freeNetwork(routes: string): string {
  const taken = [...routes.matchAll(/\b(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?/g)].map((match) => ({
    address: number(match.slice(1, 5)),
    bits: match[5] === undefined ? 32 : Number(match[5]),
  }));
  const found = CANDIDATES.find((network) => {
    const ours = number([...network.split('.'), '0']);
    return taken.every(({ address, bits }) => {
      const mask = bits === 0 ? 0 : (~0 << (32 - Math.min(bits, 24))) >>> 0;
      // A default route covers everything and takes nothing.
      return bits === 0 || (address & mask) >>> 0 !== (ours & mask) >>> 0;
    });
  });
  if (found !== undefined) return found;
  throw new Error('No free network for a bridge was found. Start an engine yourself, and set DOCKER_HOST.');
}

function number(parts: string[]): number {
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** true where another engine's bridge is: its firewall rules are then left alone. */
export function anotherEngine(): Promise<boolean> {
  return hasLink('docker0');
}

/** Not from /sys, which may show another network namespace than ours. */
async function hasLink(name: string): Promise<boolean> {
  return (await run('ip', ['link', 'show', name])).status === 0;
}

/** Makes the bridge unless it is there. */
export async function makeBridge(): Promise<void> {
  if (await hasLink(BRIDGE)) return;
  const network = freeNetwork(`${await must('ip', ['-4', 'route'])}\n${await must('ip', ['-4', '-o', 'addr'])}`);
  await must('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  await must('ip', ['addr', 'add', `${network}.1/24`, 'dev', BRIDGE]);
  await must('ip', ['link', 'set', BRIDGE, 'up']);
}

export async function networkBefore(): Promise<NetworkBefore> {
  const filter = await run('iptables', ['-S']);
  return {
    forward: /^-P FORWARD (\S+)/m.exec(filter.stdout)?.[1] ?? null,
    chains: /^-N DOCKER/m.test(filter.stdout),
    ipForward: readFileSync(IP_FORWARD, 'utf8').trim(),
  };
}

/** The iptables calls (arguments after `-t TABLE`) that take our engine's rules out of what `iptables -S` printed. */
export function removals(rules: string, network: string | null, others: boolean): string[][] {
  const lines = rules.split('\n').map((line) => line.trim().split(/\s+/));
  const chains = lines
    .filter(([flag, name]) => flag === '-N' && name?.startsWith('DOCKER'))
    .map(([, name]) => name ?? '');
  const appended = lines.filter(([flag]) => flag === '-A');
  const ours = appended.filter((rule) => {
    if (rule.includes(BRIDGE) || (network !== null && rule.some((part) => part.startsWith(`${network}.`)))) return true;
    return !others && chains.some((chain) => rule[1] === chain || rule.includes(chain));
  });
  return [...ours.map(([, ...rule]) => ['-D', ...rule]), ...(others ? [] : chains.map((chain) => ['-X', chain]))];
}

/** Takes the bridge and our engine's rules away, and puts back how the host forwarded. */
export async function removeNetwork(before: NetworkBefore | null): Promise<void> {
  const address = await run('ip', ['-4', '-o', 'addr', 'show', BRIDGE]);
  const network = /inet (\d+\.\d+\.\d+)\./.exec(address.stdout)?.[1] ?? null;
  if (before !== null) {
    const others = before.chains || (await anotherEngine());
    for (const table of TABLES) {
      const { stdout } = await run('iptables', ['-t', table, '-S']);
      for (const call of removals(stdout, network, others)) await run('iptables', ['-t', table, ...call]);
    }
    if (!others && before.forward !== null) await run('iptables', ['-P', 'FORWARD', before.forward]);
    if (!others) writeFileSync(IP_FORWARD, before.ipForward);
  }
  if (await hasLink(BRIDGE)) await run('ip', ['link', 'del', BRIDGE]);
}

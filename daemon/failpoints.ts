/** Dies or waits where a test says so, and counts each place it passes. In test builds only; no production bundle holds it. */

import { appendFileSync } from 'node:fs';

/** What happens at a failpoint, from its n-th passing on for a delay, at exactly the n-th for a kill. */
type Act = { kind: 'kill'; at: number } | { kind: 'delay'; ms: number };

export interface Failpoints {
  /** For the store: waits by blocking, since its transactions are synchronous. */
  sync(name: string): void;
  /** For Docker calls. */
  async(name: string): Promise<void>;
}

/**
 * Failpoints from `name=kill@n;name=delay:ms;*=delay:ms`. Each passing appends the name to `countFile` before anything
 * happens, so a killed process has counted its last one.
 */
export function failpoints(
  text: string,
  countFile: string | null,
  kill: () => void = () => process.kill(process.pid, 'SIGKILL'),
): Failpoints {
  const acts = parse(text);
  const passed = new Map<string, number>();
  const pass = (name: string): number => {
    const times = (passed.get(name) ?? 0) + 1;
    passed.set(name, times);
    if (countFile !== null) appendFileSync(countFile, `${name}\n`, { mode: 0o600 });
    const all = [...(acts.get(name) ?? []), ...(acts.get('*') ?? [])];
    if (all.some((act) => act.kind === 'kill' && act.at === times)) kill();
    return all.reduce((ms, act) => ms + (act.kind === 'delay' ? act.ms : 0), 0);
  };
  return {
    sync(name) {
      const ms = pass(name);
      if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    },
    async async(name) {
      const ms = pass(name);
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    },
  };
}

function parse(text: string): Map<string, Act[]> {
  const acts = new Map<string, Act[]>();
  for (const part of text.split(';').filter((item) => item.trim() !== '')) {
    const match = /^\s*([^=\s]+)=(?:kill@([1-9]\d*)|delay:(\d+))\s*$/.exec(part);
    if (match === null) throw new Error(`${JSON.stringify(part)} is no failpoint. Write name=kill@n or name=delay:ms.`);
    const [, name = '', at, ms] = match;
    const act: Act = at === undefined ? { kind: 'delay', ms: Number(ms) } : { kind: 'kill', at: Number(at) };
    acts.set(name, [...(acts.get(name) ?? []), act]);
  }
  return acts;
}

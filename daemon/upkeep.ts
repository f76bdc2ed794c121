/** What is looked at now and then because time passes: values to be encrypted anew, history that is too old, secrets for which something comes up. Decides nothing that the vault decides. */

import type { Vault } from '../store/index.js';

/** What it works with. */
export interface UpkeepParts {
  vault: Pick<Vault, 'reencryption' | 'history' | 'secrets'>;
  /** Milliseconds that history is kept; null: for ever. */
  retention: number | null;
  /** A rotation or an expiry of this secret became near, or its time has come. */
  reached(secret: string): void;
  now(): number;
}

/** One part of it, with the name that it has in the log. */
export interface Chore {
  name: string;
  act(): void;
}

const HISTORY_MS = 3_600_000;
const STAGES_MS = 10_000;

/** Chores for each look of the scheduler. Each does a little, and goes on at the next look where more is left. */
export function makeUpkeep({ vault, retention, reached, now }: UpkeepParts): Chore[] {
  /** Of what came up while nobody was running nobody is told: who comes back to the events reads everything again. */
  let told = now();
  let historyAt = 0;

  return [
    { name: 'encrypt values anew', act: () => void vault.reencryption.step() },
    {
      name: 'tell what comes up',
      act() {
        const time = now();
        if (time < told) told = time;
        if (time - told < STAGES_MS) return;
        const secrets = vault.secrets.reached(told, time);
        told = time;
        for (const id of secrets) reached(id);
      },
    },
    {
      name: 'erase old history',
      act() {
        const time = now();
        if (retention === null || (time < historyAt && time >= historyAt - HISTORY_MS)) return;
        if (vault.history.erase(time - retention) === 0) historyAt = time + HISTORY_MS;
      },
    },
  ];
}

/** Looks at a sandbox a moment after its launch, and tells of a main process that ended at once, with what it wrote. Changes nothing. */

import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxAnswer } from './answers.js';
import { path } from './client.js';
import type { Invocation } from './invocation.js';
import { recordBytes, records } from './records.js';

/** Milliseconds in which a process that cannot work usually says so. */
const MOMENT = 400;
const LINES = 20;

/** The sandbox as it is then; as it was where that cannot be found out: the launch itself is done. */
export async function afterFirstMoment({ client }: Invocation, launched: SandboxAnswer): Promise<SandboxAnswer> {
  await pause(MOMENT);
  try {
    return (await client.request<SandboxAnswer>('GET', path('sandboxes', launched.name))).body;
  } catch {
    // It may have been removed meanwhile.
    return launched;
  }
}

/** true: its main process does not run any more, and did not end well. */
export function failedAtOnce({ state, exitCode }: SandboxAnswer): boolean {
  return state !== 'running' && exitCode !== undefined && exitCode !== 0;
}

/** To standard error, where its main process does not run any more. */
export async function tellOfEnd(invocation: Invocation, one: SandboxAnswer): Promise<void> {
  const { client, output, around } = invocation;
  if (one.exitCode === undefined || one.state === 'running' || one.reason === undefined) return;
  await output.say(`${one.name} is ${one.state}: ${one.reason}`);
  try {
    const stream = await client.stream('GET', path('sandboxes', one.name, 'logs'), {
      query: { tail: LINES },
      accept: 'application/x-ndjson',
    });
    for await (const record of records(stream.body)) {
      const bytes = recordBytes(record);
      if (bytes !== null) await output.write(around.stderr, bytes);
    }
  } catch {
    // It may have been removed meanwhile, or keeps no output.
  }
}

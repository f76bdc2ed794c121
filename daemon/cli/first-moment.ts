/** Looks at a sandbox a moment after its launch: a main process that ended at once is told of, with what it wrote. Changes nothing. */

import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxAnswer } from './answers.js';
import { path } from './client.js';
import type { Invocation } from './invocation.js';
import { recordBytes, records } from './records.js';

/** Milliseconds in which a process that cannot work usually says so. */
const MOMENT = 400;
const LINES = 20;

/** To standard error. What cannot be found out is left out: the launch itself is done. */
export async function tellOfFirstMoment(invocation: Invocation, sandbox: string): Promise<void> {
  const { client, output, around } = invocation;
  await pause(MOMENT);
  try {
    const { body } = await client.request<SandboxAnswer>('GET', path('sandboxes', sandbox));
    if (body.exitCode === undefined || body.state === 'running' || body.reason === undefined) return;
    await output.say(`${body.name} is ${body.state}: ${body.reason}`);
    const stream = await client.stream('GET', path('sandboxes', sandbox, 'logs'), {
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

/** Output of a command on its way out: redacted, cut where characters end, as one answer or as a stream of records. */

import type { RunningExec } from '../../sandbox/index.js';
import type { Redactor, Redactors } from '../parts.js';
import { createCutter, dataOf, textOrBytes } from './text.js';

/** Bytes of output that one answer holds; what follows is read and dropped. */
export const OUTPUT_CAP = 10 * 2 ** 20;

type Stream = 'stdout' | 'stderr';
type Text = string | { base64: string };

/** For output that is wanted as it is. */
export function unmasked(): Redactors {
  const as = (): Redactor => ({ push: (chunk) => chunk, end: () => new Uint8Array(0) });
  return { stdout: as(), stderr: as() };
}

/** Where no output comes any more: what they know is wiped. */
export function endBoth({ stdout, stderr }: Redactors): void {
  stdout.end();
  stderr.end();
}

/** The output in order, redacted; the redactors hold back what may be the beginning of a value. */
export async function* redacted(
  output: RunningExec['output'],
  redactors: Redactors,
): AsyncGenerator<{ stream: Stream; data: Uint8Array }> {
  const open = new Set<Stream>(['stdout', 'stderr']);
  try {
    for await (const { stream, data, cut } of output) {
      const clean = redactors[stream].push(data, cut);
      if (clean.length > 0) yield { stream, data: clean };
    }
    for (const stream of open) {
      open.delete(stream);
      const rest = redactors[stream].end();
      if (rest.length > 0) yield { stream, data: rest };
    }
  } finally {
    // Whoever stops early gets nothing more, but what the redactors know is to be wiped all the same.
    for (const stream of open) redactors[stream].end();
  }
}

/** Everything, up to the cap. */
export async function collect(
  output: AsyncIterable<{ stream: Stream; data: Uint8Array }>,
  cap = OUTPUT_CAP,
): Promise<{ stdout: Text; stderr: Text; truncated: boolean }> {
  const chunks: Record<Stream, Uint8Array[]> = { stdout: [], stderr: [] };
  let room = cap;
  let truncated = false;
  for await (const { stream, data } of output) {
    const kept = data.length <= room ? data : data.subarray(0, room);
    if (kept.length < data.length) truncated = true;
    room -= kept.length;
    if (kept.length > 0) chunks[stream].push(Uint8Array.from(kept));
  }
  const whole = (stream: Stream): Text => {
    const bytes = Buffer.concat(chunks[stream]);
    if (!truncated) return textOrBytes(bytes);
    const cutter = createCutter();
    return textOrBytes(cutter.push(bytes));
  };
  return { stdout: whole('stdout'), stderr: whole('stderr'), truncated };
}

/** Lines of JSON: `{stream, data | base64}`. */
export async function* records(output: AsyncIterable<{ stream: Stream; data: Uint8Array }>): AsyncGenerator<string> {
  const cutters = { stdout: createCutter(), stderr: createCutter() };
  const line = (stream: Stream, bytes: Uint8Array): string => `${JSON.stringify({ stream, ...dataOf(bytes) })}\n`;
  for await (const { stream, data } of output) {
    const whole = cutters[stream].push(data);
    if (whole.length > 0) yield line(stream, whole);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const rest = cutters[stream].end();
    if (rest.length > 0) yield line(stream, rest);
  }
}

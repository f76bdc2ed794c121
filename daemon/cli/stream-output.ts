/** Copies what a command or a sandbox prints, as it comes, to our own two streams. */

import { tellNotices } from './change.js';
import type { Stream } from './client.js';
import type { Invocation } from './invocation.js';
import { recordBytes, records } from './records.js';

/** How a command ended, as the last record of its stream says. */
export interface ExitRecord {
  code: number | null;
  signal?: string;
  reason?: string;
}

/** Copies until the stream ends; gives its exit record, null where there was none. `verbatim`: the records themselves. */
export async function copyOutput(stream: Stream, invocation: Invocation, verbatim = false): Promise<ExitRecord | null> {
  const { output, around } = invocation;
  let exit: ExitRecord | null = null;
  for await (const record of records(stream.body)) {
    if (verbatim) await output.print(JSON.stringify(record));
    const bytes = recordBytes(record);
    if (bytes !== null && !verbatim)
      await output.write(record.stream === 'stderr' ? around.stderr : around.stdout, bytes);
    if (Array.isArray(record.notices) && !verbatim) await tellNotices(invocation, record.notices.map(String));
    exit = exitOf(record) ?? exit;
  }
  return exit;
}

/** null: the record says nothing of an exit. */
export function exitOf(record: Record<string, unknown>): ExitRecord | null {
  const { exit } = record;
  if (typeof exit !== 'object' || exit === null) return null;
  const { code, signal, reason }: { code?: unknown; signal?: unknown; reason?: unknown } = exit;
  return {
    code: typeof code === 'number' ? code : null,
    ...(typeof signal === 'string' ? { signal } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

/** Splits an ndjson stream into its records, whatever the borders of its chunks. Knows nothing of their meaning. */

import { CliError } from './errors.js';

const LARGEST = 16 * 1024 * 1024;

/** Each line as what it says. @throws CliError for a line that is no JSON object. */
export async function* records(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      held.push(chunk.subarray(from, end));
      const line = Buffer.concat(held).toString('utf8');
      held = [];
      size = 0;
      from = end + 1;
      if (line !== '') yield parsed(line);
    }
    if (from < chunk.length) {
      held.push(chunk.subarray(from));
      size += chunk.length - from;
    }
    if (size > LARGEST) throw broken();
  }
  if (size > 0) yield parsed(Buffer.concat(held).toString('utf8'));
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for any other line that is no object.
  }
  throw broken();
}

function broken(): CliError {
  return new CliError('STREAM_BROKEN', 'The stream held something that is no record. Run the command again.');
}

/** Output in a record: a string, or bytes that are no UTF-8 as base64. null for a record of another kind. */
export function recordBytes(record: Record<string, unknown>): Uint8Array | null {
  if (typeof record.data === 'string') return Buffer.from(record.data, 'utf8');
  return typeof record.base64 === 'string' ? Buffer.from(record.base64, 'base64') : null;
}

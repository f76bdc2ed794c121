/** Reads the engine's streams of JSON, one object a line; pure. */

import type { Readable } from 'node:stream';

/** Lines that are not empty. */
export async function* linesOf(stream: Readable): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const chunk of stream) {
    held += decoder.decode(chunk, { stream: true });
    for (let cut = held.indexOf('\n'); cut >= 0; cut = held.indexOf('\n')) {
      const line = held.slice(0, cut).trim();
      held = held.slice(cut + 1);
      if (line !== '') yield line;
    }
  }
}

/** null: it is no JSON. */
export function parsedLine<T>(line: string): T | null {
  try {
    return JSON.parse(line) as T;
  } catch {
    return null;
  }
}

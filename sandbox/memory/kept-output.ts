/** What commands that are over wrote last, and how they ended: for a while, within bounds, only after values were replaced. Starts nothing. */

import type { OutputPart } from '../engine/demux.js';
import type { Timers } from '../timers.js';
import type { EndedExec } from '../types.js';

/** Milliseconds for which the end of a command is known. */
const WHILE = 15 * 60_000;
/** Ends that are known of one sandbox. */
const ENDS = 64;
/** Bytes of output of all sandboxes together. */
const BYTES = 16 * 2 ** 20;

const MAIN = 'main';
const WITHHELD = 'This output was withheld: nobody could say what of it is a secret when it came.\n';
const UNHEARD = 'What it wrote last is not known.\n';
/** Bytes that count for a piece besides its own: a million pieces of one byte are no small thing. */
const PIECE = 256;

export interface KeptOutputParts {
  timers: Pick<Timers, 'now'>;
  /** Replaces values. Throws where nobody can say what they are. */
  redact(sandbox: string, output: OutputPart[]): OutputPart[];
  /** Bytes of output that are kept; 16 MiB when not given. */
  most?: number;
}

interface Kept {
  output: OutputPart[];
  /** Bytes of it. */
  size: number;
  /** null: of the main process, or of a command whose end is still to come. */
  end: EndedExec | null;
}

export class KeptOutput {
  readonly #parts: KeptOutputParts;
  /** By sandbox, then by id, oldest first. */
  readonly #sandboxes = new Map<string, Map<string, Kept>>();
  #size = 0;

  constructor(parts: KeptOutputParts) {
    this.#parts = parts;
  }

  /** What a command wrote last, raw; that of a main process replaces what an earlier one wrote. */
  last(sandbox: string, id: string, raw: OutputPart[]): void {
    const output = this.#redacted(sandbox, joined(raw));
    for (const { data } of raw) data.fill(0);
    const name = nameOf(id);
    // What ended does not end again.
    if (this.#sandboxes.get(sandbox)?.get(name)?.end) return;
    this.#put(sandbox, name, { output, size: sizeOf(output), end: null });
  }

  /** What is said of a main process's end; it comes after what it wrote. */
  mainEnded(sandbox: string, told: OutputPart[]): void {
    const output = [...this.main(sandbox), ...told];
    if (told.length > 0) this.#put(sandbox, MAIN, { output, size: sizeOf(output), end: null });
  }

  /** How a detached command ended; `told` comes after what it wrote. */
  ended(sandbox: string, end: EndedExec, told: OutputPart[] = []): void {
    const heard = this.#sandboxes.get(sandbox)?.get(end.execId);
    if (heard?.end) return;
    const output = [...(heard?.output ?? [{ stream: 'stderr', data: Buffer.from(UNHEARD) } as const]), ...told];
    this.#put(sandbox, end.execId, { output, size: sizeOf(output), end });
  }

  /** Commands that ended, oldest first. */
  ends(sandbox: string): EndedExec[] {
    this.#expire();
    const all = [...(this.#sandboxes.get(sandbox)?.values() ?? [])];
    return all.flatMap(({ end }) => (end === null ? [] : [{ ...end }]));
  }

  /** null where nothing is known of it, or not any more. */
  command(sandbox: string, execId: string): { end: EndedExec; output: OutputPart[] } | null {
    this.#expire();
    const kept = this.#sandboxes.get(sandbox)?.get(execId);
    return kept?.end ? { end: { ...kept.end }, output: kept.output } : null;
  }

  /** Whether a main process ended in it. */
  hadMain(sandbox: string): boolean {
    return this.#sandboxes.get(sandbox)?.has(MAIN) === true;
  }

  /** What the last main process wrote. */
  main(sandbox: string): OutputPart[] {
    return this.#sandboxes.get(sandbox)?.get(MAIN)?.output ?? [];
  }

  forget(sandbox: string): void {
    const all = this.#sandboxes.get(sandbox);
    for (const id of [...(all?.keys() ?? [])]) this.#drop(sandbox, id);
  }

  #redacted(sandbox: string, raw: OutputPart[]): OutputPart[] {
    if (raw.length === 0) return [];
    try {
      return this.#parts.redact(sandbox, raw).map(({ stream, data }) => ({ stream, data: Uint8Array.from(data) }));
    } catch {
      return [{ stream: 'stderr', data: Buffer.from(WITHHELD) }];
    } finally {
      for (const { data } of raw) data.fill(0);
    }
  }

  #put(sandbox: string, id: string, kept: Kept): void {
    this.#drop(sandbox, id);
    this.#expire();
    const all = this.#sandboxes.get(sandbox) ?? new Map<string, Kept>();
    this.#sandboxes.set(sandbox, all);
    all.set(id, kept);
    this.#size += kept.size;
    const oldest = [...all.keys()].filter((one) => one !== MAIN);
    for (const one of oldest.slice(0, Math.max(0, oldest.length - ENDS))) this.#drop(sandbox, one);
    this.#shrink(kept);
  }

  /** Where there is too much, others lose their output first: the oldest of the sandbox that was quiet for longest. */
  #shrink(newest: Kept): void {
    const most = this.#parts.most ?? BYTES;
    for (const all of this.#sandboxes.values())
      for (const kept of all.values()) {
        if (this.#size <= most) return;
        if (kept === newest) continue;
        this.#size -= kept.size;
        kept.output = [];
        kept.size = 0;
      }
  }

  #expire(): void {
    const before = this.#parts.timers.now() - WHILE;
    for (const [sandbox, all] of this.#sandboxes)
      for (const [id, { end }] of all) if (end !== null && end.endedAt < before) this.#drop(sandbox, id);
  }

  #drop(sandbox: string, id: string): void {
    const all = this.#sandboxes.get(sandbox);
    const kept = all?.get(id);
    if (all === undefined || kept === undefined) return;
    this.#size -= kept.size;
    all.delete(id);
    if (all.size === 0) this.#sandboxes.delete(sandbox);
  }
}

/** The last `lines` lines; all of it when not given. */
export function lastLines(output: readonly OutputPart[], lines?: number): OutputPart[] {
  if (lines === undefined) return [...output];
  const found: OutputPart[] = [];
  let left = lines;
  let newest = true;
  for (const { stream, data } of [...output].reverse()) {
    let from = data.length;
    while (from > 0 && left > 0) {
      // What ends the last line begins no other.
      if (data[from - 1] === 10 && !newest && --left === 0) break;
      newest = false;
      from -= 1;
    }
    if (from < data.length) found.unshift({ stream, data: data.subarray(from) });
    if (left === 0) break;
  }
  return found;
}

function nameOf(id: string): string {
  return id.startsWith(`${MAIN}-`) ? MAIN : id;
}

/** Neighbours of one stream as one piece. */
function joined(output: readonly OutputPart[]): OutputPart[] {
  const found: (Omit<OutputPart, 'data'> & { chunks: Uint8Array[] })[] = [];
  for (const { data, ...part } of output) {
    const last = found.at(-1);
    if (last?.stream === part.stream && part.cut !== true) last.chunks.push(data);
    else found.push({ ...part, chunks: [data] });
  }
  return found.map(({ chunks, ...part }) => ({ ...part, data: Buffer.concat(chunks) }));
}

function sizeOf(output: readonly OutputPart[]): number {
  return output.reduce((sum, { data }) => sum + data.length + PIECE, 0);
}

/** Runs one scan in a thread of its own: hands it values and bytes, never more of these than it can take, and gives its report. Searches nothing. */

import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Progress, Report, Target } from './words.js';

/** What the worker is given; it wipes the values. */
export interface ScanTask {
  targets: Target[];
  base: string;
}
export type ToWorker = Uint8Array | 'end' | 'wipe';
export type FromWorker =
  | { taken: number; progress?: Progress }
  | { report: Report; short: Pick<Target, 'secret' | 'version'>[] };

export interface ScanResult {
  report: Report;
  short: Pick<Target, 'secret' | 'version'>[];
}

export interface ScanOptions {
  targets: Target[];
  /** Directory in which all of the stream lies, left out of what is told. */
  base?: string;
  progress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** Bytes on their way to the worker; more wait with whoever reads them. */
const ON_THE_WAY = 8 * 1024 * 1024;
/** Smaller pieces are put together: a message costs more than a copy. */
const PIECE = 256 * 1024;
/** Bytes of objects that the worker's own heap may take, in MiB. */
const HEAP = 1024;

/**
 * Takes the targets over: their values are moved and wiped, whatever happens.
 * @throws what `stream` throws, or the signal's reason; a scan that could not go on for want of memory throws too.
 */
export async function scanStream(stream: AsyncIterable<Uint8Array>, options: ScanOptions): Promise<ScanResult> {
  const { progress, signal } = options;
  const worker = startWorker(options);
  let waiting = 0;
  let wake = (): void => {};
  let failure: Error | null = null;
  let result: ScanResult | null = null;
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const onAbort = (): void =>
    fail(signal?.reason instanceof Error ? signal.reason : new Error('the scan was given up'));
  signal?.addEventListener('abort', onAbort, { once: true });
  worker.on('error', fail);
  worker.on('message', (message: FromWorker) => {
    if ('report' in message) result = message;
    else {
      waiting -= message.taken;
      if (message.progress !== undefined) progress?.(message.progress);
    }
    wake();
  });
  const send = (piece: Uint8Array): void => {
    waiting += piece.length;
    worker.postMessage(piece, [piece.buffer as ArrayBuffer]);
  };
  try {
    for await (const piece of pieces(stream)) {
      send(piece);
      while (waiting > ON_THE_WAY && failure === null) await new Promise<void>((resolve) => (wake = resolve));
      if (failure !== null) throw failure;
    }
    worker.postMessage('end' satisfies ToWorker);
    void ended.then(() => wake());
    while (result === null && failure === null && worker.threadId !== -1)
      await new Promise<void>((resolve) => (wake = resolve));
    if (failure !== null) throw failure;
    if (result === null) throw new Error('the scan ended without a report');
    return result;
  } catch (error) {
    // It clears what it knows; one that is busy or stuck is ended all the same.
    worker.postMessage('wipe' satisfies ToWorker);
    const late = setTimeout(() => void worker.terminate(), 1000);
    await ended;
    clearTimeout(late);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The worker with the values moved to it; where it cannot be started, nothing of them is left. */
function startWorker({ targets: given, base = '', signal }: ScanOptions): Worker {
  const targets: Target[] = [];
  try {
    signal?.throwIfAborted();
    // A Buffer would share its memory with others, which must not move.
    for (const target of given) targets.push({ ...target, value: new Uint8Array(target.value) });
    return new Worker(workerFile(), {
      workerData: { targets, base } satisfies ScanTask,
      transferList: targets.map(({ value }) => value.buffer as ArrayBuffer),
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    });
  } catch (error) {
    for (const { value } of targets) value.fill(0);
    throw error;
  } finally {
    for (const { value } of given) value.fill(0);
  }
}

/** Copies with memory of their own, each but the last at least `PIECE` long. */
async function* pieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const whole = (): Uint8Array => {
    const piece = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      piece.set(part, at);
      at += part.length;
    }
    parts = [];
    size = 0;
    return piece;
  };
  for await (const chunk of stream) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= PIECE) yield whole();
  }
  if (size > 0) yield whole();
}

/** Beside this file: compiled or bundled it is .js, run from the sources .ts. */
function workerFile(): URL {
  const compiled = new URL('./scan-worker.js', import.meta.url);
  return existsSync(compiled) ? compiled : new URL('./scan-worker.ts', import.meta.url);
}

/** How a command of an init ended, from its frame to this product's words. */

import { constants } from 'node:os';
import type { OutputPart } from '../engine/demux.js';
import type { ExecExit } from '../types.js';

/** A reason that is a code, and not a sentence. */
const CODE = /^[A-Z][A-Z_]+$/;

/** How an init or a keeper says that a command ended. */
export interface EndFrame {
  /** -1: by a signal. */
  code: number;
  signal: number;
  /** A code, or a sentence. */
  reason: string;
}

/** What a frame says of an end; a reason that is a sentence is told, and is no reason of the exit. */
export function exitOf({ code, signal, reason }: EndFrame): Omit<ExecExit, 'tookMs'> {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return {
    code: code < 0 ? null : code,
    ...(code < 0 && name ? { signal: name } : {}),
    ...(CODE.test(reason) ? { reason } : {}),
  };
}

/** Why a command could not be started, as the last line of its output. */
export function toldOf({ code, reason }: EndFrame): OutputPart[] {
  const cannot = (code === 126 || code === 127) && reason !== '' && !CODE.test(reason);
  return cannot ? [{ stream: 'stderr', data: Buffer.from(`${reason}\n`) }] : [];
}

/** What `ampouled` says when it cannot start or go on, and with which exit code. Repeats no foreign message. */

import { SandboxError } from '../sandbox/index.js';
import { StoreError } from '../store/index.js';
import { ERRORS } from './errors.js';
import { ConfigError } from './options.js';

export interface Failure {
  message: string;
  /** 2: an option or file that a person has to mend; 125: everything else. */
  exit: number;
}

/** Errors of ours speak for themselves; of others only code and place are told, since their text may hold anything. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ConfigError) return { message: error.message, exit: 2 };
  if (error instanceof StoreError || error instanceof SandboxError) {
    return { message: `${error.message} (${error.code})`, exit: ERRORS[error.code].exit };
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL';
  const stack = error instanceof Error ? (error.stack ?? '').replace(error.message, '') : '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    message: [`Something unexpected failed (${code}). Please report this:`, ...frames.slice(0, 6)].join('\n'),
    exit: 125,
  };
}

/** The words of a command as they are executed. */

import type { ExecRequest } from '../types.js';

/** A string goes to the sandbox's shell, an array runs exactly. */
export function commandOf(request: Pick<ExecRequest, 'command'>): string[] {
  return typeof request.command === 'string' ? ['sh', '-c', request.command] : request.command;
}

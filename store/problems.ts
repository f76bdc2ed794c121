/** Says what was wrong with an input, part by part. Never quotes a value of a secret. */

import { type InputProblem, StoreError } from './errors.js';

/** One refusal for all problems of an input. `todo` ends the message with what to do. */
export function invalid(problems: InputProblem[], todo = 'Mend the input and send it again.'): StoreError {
  const said = problems.map((problem) => `${problem.pointer}: ${problem.detail}`).join('; ');
  return new StoreError('INVALID_INPUT', `${said}. ${todo}`, { problems });
}

/** Throws INVALID_INPUT when there is any problem. */
export function assertNone(problems: InputProblem[], todo?: string): void {
  if (problems.length > 0) throw invalid(problems, todo);
}

/** A piece of input for a message: quoted, at most 80 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

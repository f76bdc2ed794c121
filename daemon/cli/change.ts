/** Makes a change through the API and says what became of it in each sandbox. */

import type { Change } from './answers.js';
import type { Answer, Call, Method } from './client.js';
import { EXIT } from './errors.js';
import type { Invocation } from './invocation.js';

/** The change's answer, made with `--wait` and with word after a second that it takes its time. */
export async function makeChange<T>(
  invocation: Invocation,
  method: Method,
  path: string,
  call: Call = {},
): Promise<Answer<T>> {
  const { client, options, output } = invocation;
  const query = { wait: options.wait, ...call.query };
  return output.progress('waiting for the sandboxes', client.request<T>(method, path, { ...call, query }));
}

/**
 * Prints `done` and the part of each sandbox in which something was done: where nothing had to be, it took no time. Exit code 125
 * with word of what is pending where not all is in effect.
 */
export async function tellChange(invocation: Invocation, answer: Answer<Change>, done: string): Promise<number> {
  const { output } = invocation;
  const { generation, sandboxes = [], notices = [] } = answer.body ?? {};
  const applied = sandboxes.filter(({ state, empty }) => state === 'applied' && empty !== true);
  const lines = applied
    .filter(({ tookMs }) => Math.round(tookMs) > 0)
    .map(({ name, tookMs }) => `  ${name}: applied in ${Math.round(tookMs)} ms`);
  if (lines.length === 0 && applied.length > 0 && applied.length === sandboxes.length) {
    lines.push('  nothing to change in its sandboxes');
  }
  const head = generation === undefined ? done : done.replace(/\.?$/, (dot) => ` (generation ${generation})${dot}`);
  await output.answer(answer, [head, ...lines].join('\n'));
  return (await tellPending(invocation, answer)) ?? tellNotices(invocation, notices);
}

/** Says on standard error what is recorded and not in effect; null where all is. */
async function tellPending(invocation: Invocation, answer: Answer<Change>): Promise<number | null> {
  const waiting = (answer.body?.sandboxes ?? []).filter((sandbox) => sandbox.state !== 'applied');
  if (answer.status !== 202 && waiting.length === 0) return null;
  await invocation.output.say('recorded, but not yet in effect everywhere:');
  for (const { name, state, reason } of waiting) {
    await invocation.output.say(`  ${name}: ${state}${reason === undefined ? '' : `: ${reason}`}`);
  }
  await tellNotices(invocation, answer.body?.notices ?? []);
  return EXIT.ours;
}

export async function tellNotices(invocation: Invocation, notices: string[]): Promise<number> {
  for (const notice of notices) await invocation.output.say(notice);
  return EXIT.done;
}

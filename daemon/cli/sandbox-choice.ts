/** Finds the sandbox that a command is about where nobody names one: the session's only one, or the one of its name. */

import type { List, SandboxAnswer } from './answers.js';
import { path } from './client.js';
import { ApiError, usage } from './errors.js';
import type { Invocation } from './invocation.js';
import { chooseSession } from './session-choice.js';

/** Name or id, from `--sandbox` or the session. @throws CliError (2) that lists them where several could be meant, or none is. */
export async function chooseSandbox(invocation: Invocation<{ sandbox?: string }>): Promise<string> {
  return (
    invocation.options.sandbox ??
    sandboxOfSession(invocation, (name) => {
      const own = invocation.args.length === 0 ? '' : ` -- ${invocation.args.map(quoted).join(' ')}`;
      return `${invocation.command} --sandbox ${name}${own}`;
    })
  );
}

/** As `chooseSandbox`, where the sandbox is the command's only argument. */
export async function sandboxArgument(invocation: Invocation): Promise<string> {
  return invocation.args[0] ?? sandboxOfSession(invocation, (name) => `${invocation.command} ${name}`);
}

/** The rule that the API has for a session's commands, too. @param line the command with a sandbox that is named */
async function sandboxOfSession(invocation: Invocation, line: (name: string) => string): Promise<string> {
  const session = await chooseSession(invocation);
  if (await isSandboxInstead(invocation, session)) return session;
  const [only, ...more] = await liveOf(invocation, session);
  if (more.length === 0) return only.id;
  const live = [only, ...more];
  const named = live.find((one) => one.name === one.session);
  if (named !== undefined) return named.id;
  const names = live.map((one) => one.name).sort();
  throw usage(
    `Which sandbox? The session ${session} has ${names.join(', ')}. Name one: \`${line(names[0] ?? only.name)}\`.`,
  );
}

/** Every live sandbox of the session, or the one whose name stands where a session's belongs. @throws CliError (2) where it has none. */
export async function sandboxesOfSession(invocation: Invocation): Promise<SandboxAnswer[]> {
  const session = await chooseSession(invocation);
  if (!(await isSandboxInstead(invocation, session))) return liveOf(invocation, session);
  return [(await invocation.client.request<SandboxAnswer>('GET', path('sandboxes', session))).body];
}

async function liveOf({ client }: Invocation, session: string): Promise<[SandboxAnswer, ...SandboxAnswer[]]> {
  const query = { session, state: 'live', limit: 200 };
  const { body } = await client.request<List<SandboxAnswer>>('GET', path('sandboxes'), { query });
  const [first, ...more] = body.items;
  if (first !== undefined) return [first, ...more];
  throw usage(`The session ${session} has no sandbox. Run \`ampoule sandbox run --session ${session}\`.`);
}

/** One word for a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Somebody typed a sandbox where a command begins, and no program has its name. */
export async function tellOfSandbox(invocation: Invocation<{ sandbox?: string }>): Promise<void> {
  const { args, client, options, output } = invocation;
  const [name = '', ...command] = args;
  if (options.sandbox !== undefined || name === '' || name.includes('/')) return;
  const found = await client.request<SandboxAnswer>('GET', path('sandboxes', name)).catch(() => null);
  if (found?.body.state === undefined || found.body.endedAt !== null) return;
  const none = invocation.command.endsWith('exec') ? ' -- CMD' : '';
  const meant = command.length === 0 ? none : ` -- ${command.map(quoted).join(' ')}`;
  await output.say(`${name} is a sandbox. Run \`${invocation.command} -b ${name}${meant}\`.`);
}

/** Somebody typed a sandbox's name where a session's belongs, and there is no such session. */
export async function isSandboxInstead(invocation: Invocation, session: string): Promise<boolean> {
  const typed = invocation.options.session !== undefined && !session.startsWith('ses_');
  return typed && !(await exists(invocation, 'session', session)) && (await exists(invocation, 'sandbox', session));
}

async function exists(invocation: Invocation, what: 'session' | 'sandbox', name: string): Promise<boolean> {
  try {
    await invocation.client.request('GET', path(what === 'session' ? 'sessions' : 'sandboxes', name));
    return true;
  } catch (error) {
    if (error instanceof ApiError && ['SESSION_NOT_FOUND', 'SANDBOX_NOT_FOUND'].includes(error.code)) return false;
    throw error;
  }
}

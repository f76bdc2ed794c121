/** Finds the sandbox that a command runs in, or ran in lately, by the command's id alone. Ends and prints nothing. */

import type { List, RunningExecAnswer, SandboxAnswer } from './answers.js';
import { path } from './client.js';
import { ApiError, CliError } from './errors.js';
import type { Invocation } from './invocation.js';

/** Name or id, from `--sandbox`, or by looking into those that the caller sees. @throws CliError where it runs in none of them. */
export async function sandboxOfExec(invocation: Invocation<{ sandbox?: string }>, exec: string): Promise<string> {
  const { sandbox, session } = invocation.options;
  if (sandbox !== undefined) return sandbox;
  let cursor: string | undefined;
  do {
    const query = { session, state: 'live', limit: 200, cursor };
    const page = await invocation.client.request<List<SandboxAnswer>>('GET', path('sandboxes'), { query });
    for (const { id } of page.body.items) if (await runsIn(invocation, id, exec)) return id;
    cursor = page.body.next ?? undefined;
  } while (cursor !== undefined);
  const where = session === undefined ? 'any sandbox' : `a sandbox of the session ${session}`;
  throw new CliError(
    'EXEC_NOT_FOUND',
    `No command ${exec} runs in ${where}, and no detached one of this id ended lately. Run \`ampoule execs ls\` to see what runs.`,
  );
}

async function runsIn(invocation: Invocation, sandbox: string, exec: string): Promise<boolean> {
  try {
    await invocation.client.request<RunningExecAnswer>('GET', path('sandboxes', sandbox, 'execs', exec));
    return true;
  } catch (error) {
    // The sandbox may have gone since it was listed.
    if (error instanceof ApiError && error.problem.status === 404) return false;
    throw error;
  }
}

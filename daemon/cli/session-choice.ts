/** Finds the session that a command is about: flag, variable, nearest `.ampoule.json`, the only live one. */

import type { List, SessionAnswer } from './answers.js';
import { path } from './client.js';
import { namedSession } from './environment.js';
import { usage } from './errors.js';
import type { Invocation } from './invocation.js';

/** Name or id. @throws CliError (exit code 2) that lists the live ones where nothing says which. */
export async function chooseSession(invocation: Invocation): Promise<string> {
  const flag = invocation.options.session;
  if (flag !== undefined) return flag;
  const named = namedSession(invocation.around);
  if (named !== null) {
    invocation.sessionFrom = named;
    return named.session;
  }
  const live = await invocation.client.request<List<SessionAnswer>>('GET', path('sessions'), {
    query: { state: 'live', limit: 200 },
  });
  const names = live.body.items.map((session) => session.name);
  const [only] = names;
  if (only !== undefined && names.length === 1 && live.body.next === null) return only;
  if (only === undefined) throw usage('There is no live session. Run `ampoule session new dev`.');
  const shown = names.slice(0, 20).join(', ');
  const more = names.length > 20 || live.body.next !== null ? ' and more' : '';
  throw usage(
    `Which session? Live are ${shown}${more}. Give one with --session, AMPOULE_SESSION, or \`ampoule use ${only}\`.`,
  );
}

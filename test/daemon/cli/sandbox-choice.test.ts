import t from 'tap';
import { Client } from '../../../daemon/cli/client.js';
import type { Invocation } from '../../../daemon/cli/invocation.js';
import { chooseSandbox, sandboxArgument } from '../../../daemon/cli/sandbox-choice.js';
import { type Played, playApi, problem } from './played-api.js';
import { list, SANDBOX, SESSION } from './samples.js';

t.test(
  'the one that is named, the session’s only one, or one whose name stands where a session’s belongs',
  async (t) => {
    const named = (name: string) => ({ ...SANDBOX, id: `sbx_${name}`, name });
    const sessions: Record<string, Played> = {
      one: { json: list(named('box')) },
      two: { json: list(named('box'), named('web')) },
      none: { json: list() },
      called: { json: list(named('box'), { ...named('called'), session: 'called' }) },
    };
    const api = await playApi(t, {
      ...Object.fromEntries(
        ['one', 'two', 'none', 'called'].map((name) => [`GET /v1/sessions/${name}`, { json: SESSION }]),
      ),
      'GET /v1/sessions/web': problem(404, 'SESSION_NOT_FOUND', 'No session.'),
      'GET /v1/sandboxes': ({ query }) => sessions[query.session ?? ''] ?? problem(404, 'SESSION_NOT_FOUND', 'No.'),
      'GET /v1/sandboxes/web': { json: named('web') },
    });
    const client = new Client({ kind: 'unix', path: api.socket }, null);
    const invoked = (options: object, ...args: string[]) =>
      ({ client, options, args, command: 'ampoule shell' }) as unknown as Invocation;
    const choose = (options: object, ...args: string[]) => chooseSandbox(invoked(options, ...args));
    t.equal(await choose({ sandbox: 'box' }), 'box');
    t.equal(api.asked.length, 0);
    t.equal(await choose({ session: 'one' }), 'sbx_box');
    t.equal(await choose({ session: 'web' }), 'web');
    await t.rejects(choose({ session: 'two' }), {
      exit: 2,
      message: /has box, web\. Name one: `ampoule shell --sandbox box`/,
    });
    await t.rejects(choose({ session: 'two' }, 'vim', "it's"), {
      message: /Name one: `ampoule shell --sandbox box -- vim 'it'\\''s'`/,
    });
    t.equal(await choose({ session: 'called' }), 'sbx_called', 'the one of the session’s name');
    t.equal(await sandboxArgument(invoked({}, 'box')), 'box');
    t.equal(await sandboxArgument(invoked({ session: 'called' })), 'sbx_called');
    await t.rejects(sandboxArgument(invoked({ session: 'two' })), { message: /`ampoule shell box`/ });
    await t.rejects(choose({ session: 'none' }), { exit: 2, message: /`ampoule sandbox run --session none`/ });
  },
);

/** The route of words: says what they mean, answers questions, and asks a person for changes. Changes nothing itself. */

import { StoreError, type Toggle } from '../../../store/index.js';
import type { Caller, Parts } from '../../parts.js';
import { adviceOf } from '../../words/advice.js';
import { lexiconOf } from '../../words/from-table.js';
import { LONGEST_TEXT, plainText } from '../../words/reading.js';
import type { Understanding } from '../../words/types.js';
import { understand } from '../../words/understand.js';
import { callerOf } from '../authentication.js';
import { formatDuration, formatTime } from '../duration.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { maskedWords } from '../masked-words.js';
import type { Http } from '../respond.js';
import { Understood, WordsBody } from '../schemas/ask.js';
import { SessionParams } from '../schemas/sessions.js';

export function askRoutes(app: App, { parts }: Http): void {
  const { activations, requests } = parts.vault;

  app.post(
    '/v1/sessions/:session/ask',
    {
      schema: { params: SessionParams, body: WordsBody, response: { 200: Understood, 201: Understood } },
      config: {
        operation: {
          id: 'askInWords',
          summary: 'Say in words what is wanted; a change is proposed as a request, and nothing is changed',
          idempotent: true,
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { text } = request.body;
      const { session, items } = activations.table(caller, request.params.session);
      const lexicon = lexiconOf(session, items, parts.providers.list());
      const understood = understand(text, lexicon);
      const { action } = understood;
      if (action !== 'activate' && action !== 'deactivate')
        return reply.code(200).send(answerOf(understood, items, adviceOf(understood, lexicon, text)));
      const said = saidIn(parts, caller, session.id, text);
      let fresh = false;
      try {
        const { resource } = once(parts, request, () => {
          const asked = requests.ask(caller, session.id, wishOf(understood, action, said));
          fresh = asked.created;
          return asked.request.id;
        });
        const asked = requests.get(caller, resource);
        if (fresh) parts.events.emit({ kind: 'request', id: asked.id });
        const names = asked.secrets.map(({ name }) => name);
        return reply
          .code(fresh ? 201 : 200)
          .header('location', `/v1/requests/${asked.id}`)
          .send({
            ...answerOf({ ...understood, names }, items, []),
            requestId: asked.id,
            mayApprove: caller.kind === 'operator',
            notices: [whoDecides(caller, asked.id)],
          });
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'NOTHING_TO_ASK') throw error;
        return reply.code(200).send({ ...answerOf(understood, items, []), notices: [error.message] });
      }
    },
  );
}

/** The text as a request keeps it, for a person to read. */
function saidIn(parts: Parts, caller: Caller, session: string, text: string): string {
  const masked = maskedWords(parts, caller, session, plainText(text) ?? '');
  return masked.slice(0, LONGEST_TEXT).replace(/\p{Cs}$/u, '');
}

function wishOf({ names, ttl, acrossEnvironments }: Understanding, action: 'activate' | 'deactivate', said: string) {
  return {
    ...{ action, what: names.map((name) => ({ name })), reason: said, text: said },
    ...(ttl === undefined ? {} : { ttl }),
    ...(acrossEnvironments === undefined ? {} : { acrossEnvironments }),
  };
}

function whoDecides(caller: Caller, id: string): string {
  const who = caller.kind === 'operator' ? 'Nothing is changed before you approve it' : 'A person decides';
  return `${who}: \`ampoule approve ${id}\` or \`ampoule deny ${id}\`.`;
}

/** The table's rows that were asked about, for questions alone. */
function answerOf({ ttl, ...understood }: Understanding, items: readonly Toggle[], commands: string[]) {
  const { action, names } = understood;
  const asked = action === 'list' || action === 'explain' || action === 'doctor';
  const rows = asked ? items.filter(({ name }) => names.includes(name)) : [];
  const secrets = rows.map(({ name, active, as, until }) => ({
    ...{ name, active },
    ...(as === null ? {} : { as }),
    ...(until === null ? {} : { until: formatTime(until) }),
  }));
  return {
    ...understood,
    ...(ttl === undefined ? {} : { ttl: formatDuration(ttl) }),
    ...(asked ? { secrets } : {}),
    ...(commands.length > 0 ? { commands } : {}),
    notices: [],
  };
}

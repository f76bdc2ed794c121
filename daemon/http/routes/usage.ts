/** Route of a secret's usage history, as pages of JSON or all of it as CSV. */

import type { UsageEntry, UsageFilter } from '../../../store/index.js';
import { csvLine } from '../../csv.js';
import { callerOf } from '../authentication.js';
import { formatTime, parseTime } from '../duration.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';
import { SecretParams } from '../schemas/secrets.js';
import { list, pageOf } from '../schemas/shared.js';
import { UsageItem, UsageQuery } from '../schemas/usage.js';

const COLUMNS = ['variable', 'version', 'session', 'sandbox', 'container', 'holder', 'pid', 'program'];
const WHEN = ['confirmedBy', 'requestId', 'since', 'until', 'host'];

export function usageRoutes(app: App, { parts }: Http): void {
  app.get(
    '/v1/secrets/:name/usage',
    {
      schema: { params: SecretParams, querystring: UsageQuery, response: { 200: list(UsageItem) } },
      config: { operation: { id: 'getUsage', summary: 'Who held which version of a secret, newest first' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { version, session, since, format } = request.query;
      const filter: UsageFilter = {
        ...(version === undefined ? {} : { version }),
        ...(session === undefined ? {} : { session }),
        ...(since === undefined ? {} : { since: parseTime(since, 'since') }),
      };
      const { name } = request.params;
      if (format !== 'csv') {
        const page = parts.vault.secrets.usage(caller, name, filter, pageOf(request.query));
        return { ...page, items: page.items.map(usageAnswer) };
      }
      let text = csvLine([...COLUMNS, ...WHEN]);
      let cursor: string | null = null;
      do {
        const at: { limit: number; cursor?: string } = cursor === null ? { limit: 200 } : { limit: 200, cursor };
        const page = parts.vault.secrets.usage(caller, name, filter, at);
        text += page.items.map(lineOf).join('');
        cursor = page.next;
      } while (cursor !== null);
      return reply
        .type('text/csv; charset=utf-8; header=present')
        .serializer(String)
        .send(text as never);
    },
  );
}

function usageAnswer({ env, since, until, ...rest }: UsageEntry) {
  return { variable: env, ...rest, since: formatTime(since), until: until === null ? null : formatTime(until) };
}

/** Of a command outside of sandboxes, its id stands as the holder. */
function lineOf(entry: UsageEntry): string {
  const { variable, version, session, sandbox, container, holder, local, confirmedBy, requestId, since } =
    usageAnswer(entry);
  const process = [holder?.id ?? local?.id ?? null, holder?.pid ?? local?.pid ?? null];
  const program = holder?.program ?? local?.command ?? null;
  const until = entry.unknown ? 'unknown' : usageAnswer(entry).until;
  const when = [confirmedBy, requestId, since, until, local?.host ?? null];
  return csvLine([variable, version, session, sandbox, container, ...process, program, ...when]);
}

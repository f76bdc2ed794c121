/** Routes of the audit: read the entries, prove the chain. */

import { callerOf } from '../authentication.js';
import { parseTime } from '../duration.js';
import type { App } from '../fastify.js';
import { auditAnswer } from '../represent.js';
import type { Http } from '../respond.js';
import { list, pageOf } from '../schemas/shared.js';
import { AuditEntry, AuditQuery, AuditVerdict } from '../schemas/vault.js';

export function auditRoutes(app: App, { parts }: Http): void {
  const { audit } = parts.vault;

  app.get(
    '/v1/audit',
    {
      schema: { querystring: AuditQuery, response: { 200: list(AuditEntry) } },
      config: { operation: { id: 'listAudit', summary: 'Who did what to what, newest first' } },
    },
    async (request) => {
      const { action, target, since } = request.query;
      const filter = {
        ...(action === undefined ? {} : { action }),
        ...(target === undefined ? {} : { target }),
        ...(since === undefined ? {} : { since: parseTime(since, 'since') }),
      };
      const page = audit.list(callerOf(request), filter, pageOf(request.query));
      return { ...page, items: page.items.map(auditAnswer) };
    },
  );

  app.get(
    '/v1/audit/verify',
    {
      schema: { response: { 200: AuditVerdict } },
      config: { operation: { id: 'verifyAudit', summary: 'Look for edits, deletions, reorderings and truncation' } },
    },
    async (request) => audit.verify(callerOf(request)),
  );
}

/** The backup route: a consistent encrypted copy, streamed from a file that has no name any more. */

import { readdirSync, rmSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { callerOf } from '../authentication.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';

/** A copy on its way, and what SQLite keeps beside it. */
const UNFINISHED = /^backup-[0-9A-Z]{26}\.tmp/;

export function backupRoutes(app: App, { parts }: Http): void {
  // A process that was killed during a backup left its copy. No other process has this directory.
  for (const name of readdirSync(parts.config.dataDir))
    if (UNFINISHED.test(name)) rmSync(join(parts.config.dataDir, name), { force: true });

  app.post(
    '/v1/vault/backup',
    {
      config: {
        operation: {
          id: 'backupVault',
          summary: 'A consistent encrypted copy of the vault',
          description:
            'It opens with the unlock key of its day; names in it are plaintext. Restore with `ampouled restore FILE`.',
          streams: { 'application/octet-stream': 'the copy, a SQLite file' },
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const file = join(parts.config.dataDir, `backup-${request.id}.tmp`);
      try {
        const { bytes } = await parts.vault.backup(caller, file);
        const handle = await open(file, 'r');
        const day = new Date(parts.now()).toISOString().slice(0, 10);
        return await reply
          .header('content-type', 'application/octet-stream')
          .header('content-length', String(bytes))
          .header('content-disposition', `attachment; filename="ampoule-${day}.backup"`)
          .send(handle.createReadStream());
      } finally {
        await unlink(file).catch(() => {});
      }
    },
  );
}

/** Opens the workspace of a sandbox as a tar stream, through its container, running or not. Searches nothing. */

import { basename } from 'node:path';
import { type Engine, SandboxError } from '../../sandbox/index.js';
import type { Sandbox, Vault } from '../../store/index.js';

export interface Workspace {
  /** The directory that all of it lies in. */
  base: string;
  stream: AsyncIterable<Uint8Array>;
}

export type OpenWorkspace = (
  sandbox: Pick<Sandbox, 'id' | 'name' | 'settings'>,
  signal: AbortSignal,
) => Promise<Workspace>;

/** The opened workspace gives SANDBOX_NOT_RUNNING where there is no container, and what the engine refuses. */
export function workspacesOf(
  containers: Pick<Vault['containers'], 'of'>,
  engine: Pick<Engine, 'archive'>,
): OpenWorkspace {
  return async ({ id, name, settings }, signal) => {
    const { path } = settings.workspace;
    const rows = containers.of(id).filter(({ dockerId, endedAt }) => dockerId !== null && endedAt === null);
    const row = rows.find(({ role }) => role === 'current') ?? rows[0];
    const stream = row?.dockerId ? await engine.archive(row.dockerId, path, signal) : null;
    if (stream === null)
      throw new SandboxError(
        'SANDBOX_NOT_RUNNING',
        `${name} has no container yet, through which its workspace could be read. See its state with \`ampoule sandbox ls\`, or search a copy of it with \`ampoule scan --dir PATH\`.`,
        { retry: true },
      );
    return { base: basename(path), stream };
  };
}

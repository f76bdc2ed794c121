/** The workspace that a launch declares. Looks where a path of the host leads, and nowhere outside of the allowed roots. */

import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { SandboxSettings } from '../../store/index.js';
import { invalid } from '../errors.js';
import type { Caller } from '../parts.js';
import type { NewSandboxBody } from './schemas/sandboxes.js';

/**
 * Where the sandbox works: the session's own volume (an empty name), a named one, or a directory of the host below a root.
 * Throws INVALID_INPUT.
 */
export function workspaceOf(
  workspace: NewSandboxBody['workspace'],
  roots: readonly string[],
  caller: Caller,
): SandboxSettings['workspace'] {
  const path = workspace?.path ?? '/workspace';
  if (resolve(path) === '/')
    throw invalid('/workspace/path', 'The root cannot be the workspace. Give a directory such as /workspace.');
  if (workspace === undefined || !('hostPath' in workspace)) {
    const volume = workspace?.volume ?? '';
    return { kind: 'volume', volume, path, foreign: volume !== '' && caller.kind === 'operator' };
  }
  return { kind: 'hostPath', hostPath: allowedPath(workspace.hostPath, roots), path };
}

/** Where the path leads, which must be below a root; what lies elsewhere is not even looked at. */
function allowedPath(path: string, roots: readonly string[]): string {
  const refusal = invalid(
    '/workspace/hostPath',
    roots.length === 0
      ? 'Workspaces of the host are switched off. Start ampouled with their directory in AMPOULE_WORKSPACE_ROOTS.'
      : `The path is not below a directory of AMPOULE_WORKSPACE_ROOTS (${roots.join(', ')}). Choose one there, or start ampouled with it.`,
  );
  const real = roots.flatMap((root) => realpathOf(root) ?? []);
  const within = (candidate: string): boolean => [...roots, ...real].some((root) => isWithin(root, candidate));
  if (!within(path)) throw refusal;
  const leads = realpathOf(path);
  if (leads === null)
    throw invalid('/workspace/hostPath', `There is no ${path} on the host. Make it first: \`mkdir ${path}\`.`);
  if (!real.some((root) => isWithin(root, leads))) throw refusal;
  return leads;
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

function realpathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

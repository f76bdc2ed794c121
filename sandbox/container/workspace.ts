/** Makes a sandbox's workspace volume and gives it to the sandbox's user; never looks at what lies in it. */

import { realpathSync } from 'node:fs';
import type { Engine, ImageSeen } from '../engine/engine.js';
import { SandboxError } from '../errors.js';
import type { SandboxSpec } from '../types.js';
import { ownsVolume, volumeLabels } from './labels.js';

/** Makes the volume if there is none. Throws VOLUME_NOT_OURS for one that belongs to somebody else, and as `assertPlace`. */
export async function ensureWorkspace(engine: Engine, spec: SandboxSpec): Promise<void> {
  assertPlace(spec);
  const { workspace } = spec;
  if (workspace.kind !== 'volume') return;
  const seen = await engine.inspectVolume(workspace.volume);
  if (seen === null) {
    await engine.createVolume(workspace.volume, volumeLabels(spec, null));
    return;
  }
  if (!workspace.foreign && !ownsVolume(spec, seen.labels))
    throw new SandboxError(
      'VOLUME_NOT_OURS',
      `The volume ${workspace.volume} belongs to somebody else. Choose another \`workspace.volume\`, or let an operator start the sandbox.`,
    );
}

/**
 * Refuses a host path that leads elsewhere by now: whoever writes beside it can put a link in its place, and Docker follows it
 * at each start. A path that is not there is Docker's to refuse. Throws ENGINE_REFUSED.
 */
export function assertPlace({ workspace }: Pick<SandboxSpec, 'workspace'>): void {
  if (workspace.kind !== 'hostPath') return;
  let leads: string;
  try {
    leads = realpathSync(workspace.hostPath);
  } catch {
    return;
  }
  if (leads === workspace.hostPath) return;
  throw new SandboxError(
    'ENGINE_REFUSED',
    `The workspace ${workspace.hostPath} is a link to another place now, so it is not mounted. Put the directory back, or remove the sandbox with \`ampoule sandbox rm\`.`,
  );
}

/**
 * Gives a volume of ours that is still root's to the user of the sandbox, by one archive entry without content.
 * Looks first, so that a mode which somebody set by hand stays.
 */
export async function giveWorkspace(
  engine: Engine,
  container: string,
  spec: SandboxSpec,
  image: ImageSeen,
): Promise<void> {
  const { workspace } = spec;
  const user = spec.user ?? image.config.user;
  if (workspace.kind !== 'volume' || workspace.foreign || user === '') return;
  const owner = await userIds(user, {
    passwd: () => text(engine, container, '/etc/passwd'),
    group: () => text(engine, container, '/etc/group'),
  });
  if (owner === null || owner.uid === 0) return;
  const seen = await engine.stat(container, workspace.path);
  if (seen?.kind === 'directory' && seen.uid === 0)
    await engine.putDirectory(container, workspace.path, { ...owner, mode: seen.mode });
}

/** Ids of `name`, `uid`, `name:group` or `uid:gid`, as Docker resolves them; null when the image does not know them. */
export async function userIds(
  user: string,
  files: { passwd: () => Promise<string>; group: () => Promise<string> },
): Promise<{ uid: number; gid: number } | null> {
  const [name = '', group] = user.split(':');
  const numeric = /^\d+$/.test(name);
  if (numeric && group !== undefined && /^\d+$/.test(group)) return { uid: Number(name), gid: Number(group) };
  const line = fields(await files.passwd()).find((entry) => (numeric ? entry[2] : entry[0]) === name);
  if (!line && !numeric) return null;
  const uid = numeric ? Number(name) : Number(line?.[2]);
  if (group === undefined) return { uid, gid: Number(line?.[3] ?? 0) };
  if (/^\d+$/.test(group)) return { uid, gid: Number(group) };
  const known = fields(await files.group()).find((entry) => entry[0] === group);
  return known ? { uid, gid: Number(known[2]) } : null;
}

function fields(file: string): string[][] {
  return file.split('\n').map((line) => line.split(':'));
}

async function text(engine: Engine, container: string, path: string): Promise<string> {
  return (await engine.readFile(container, path))?.toString('utf8') ?? '';
}

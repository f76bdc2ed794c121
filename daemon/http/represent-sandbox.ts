/** A sandbox as the API shows it: what was declared, with what the reconciler last saw. Asks Docker nothing, opens no value. */

import type { Static } from 'typebox';
import { PLAINTEXT, type SandboxView } from '../../sandbox/index.js';
import type { ExposureEntry, Sandbox } from '../../store/index.js';
import type { Caller, Parts } from '../parts.js';
import { formatTime } from './duration.js';
import type { ExposureItem, Sandbox as SandboxSchema } from './schemas/sandboxes.js';

const DAEMON: Caller = { kind: 'daemon' };
/** @param notices what this request brought about, beside what holds always. */
export function sandboxAnswer(
  parts: Pick<Parts, 'vault' | 'reconciler'>,
  sandbox: Sandbox,
  notices: readonly string[] = [],
): Static<typeof SandboxSchema> {
  const { settings } = sandbox;
  const view = parts.reconciler.view(sandbox.id);
  const session = parts.vault.sessions.get(DAEMON, sandbox.session);
  const wanted = sandbox.state === 'live' ? parts.vault.sandboxes.wanted(sandbox.id) : null;
  const variables = (wanted?.values ?? []).map(({ env }) => env).sort();
  const live = sandbox.state === 'live';
  return {
    id: sandbox.id,
    name: sandbox.name,
    session: session.name,
    sessionId: session.id,
    state: view.state,
    ...(view.code === undefined ? {} : { code: view.code }),
    ...reasonOf(sandbox, view),
    containerId: view.containerId,
    image: { name: settings.image, digest: view.imageDigest },
    delivery: { requested: sandbox.requestedDelivery, resolved: sandbox.delivery },
    privileges: settings.privileges,
    generation: view.generation,
    ports: settings.ports,
    ...(view.exitCode === null ? {} : { exitCode: view.exitCode }),
    createdAt: formatTime(sandbox.createdAt),
    idleAt: sandbox.idle === null || !live ? null : formatTime(sandbox.lastExecAt + sandbox.idle),
    endedAt: sandbox.endedAt === null ? null : formatTime(sandbox.endedAt),
    endReason: sandbox.endReason,
    variables,
    notices: [...new Set([...(live && sandbox.delivery === 'env' ? [PLAINTEXT] : []), ...notices])],
  };
}

/** Why it is as it is: what kept it from its wish, or how its main process ended. */
function reasonOf(
  { name, settings }: Sandbox,
  { state, reason, exitCode }: Pick<SandboxView, 'state' | 'reason' | 'exitCode'>,
): { reason?: string } {
  if (reason !== undefined) return { reason };
  if (exitCode === null || (state !== 'restarting' && state !== 'exited')) return {};
  const ended = `Its main process ended with ${exitCode}.`;
  // With an init of its own nobody keeps what it writes.
  return { reason: settings.oneShot ? ended : `${ended} See what it wrote: \`ampoule sandbox logs ${name}\`.` };
}

export function exposureAnswer(entry: ExposureEntry): Static<typeof ExposureItem> {
  const { env, name, version, holder, container, confirmedBy, since, until } = entry;
  return {
    ...{ variable: env, secret: name, version, holder, container, confirmedBy },
    since: formatTime(since),
    until: until === null ? null : formatTime(until),
  };
}

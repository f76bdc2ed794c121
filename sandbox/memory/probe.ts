/** Finds out whether delivery by memory works with this engine, by one container as a sandbox would have it. */

import { randomBytes } from 'node:crypto';
import { differences } from '../container/spec-compare.js';
import { directoryEntry } from '../engine/archive.js';
import type { ContainerRequest, ImageSeen } from '../engine/engine.js';
import { SandboxError } from '../errors.js';
import { Kernel } from '../kernel/container-end.js';
import { InitDirectories } from '../link/directory.js';
import { InitDoor } from '../link/door.js';
import { ResumeKeys } from '../link/resume-keys.js';
import { realTimers } from '../timers.js';
import type { Probe, ProbeOptions } from './options.js';
import { PROBE_SPEC, probeFilter, probeLabels, wordsFor } from './probe-words.js';
import { memoryRequest } from './spec.js';

const IMAGE = 'ampoule-probe:1';
/** Milliseconds for all of it. */
const WITHIN = 10_000;
/** Milliseconds for the init to connect, once its container runs. */
const CONNECT = 5_000;

/** Never throws: what went wrong is the reason, with what to do about it. */
export async function probeMemory(options: ProbeOptions): Promise<Probe> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), options.timeoutMs ?? WITHIN);
  try {
    return { works: true, version: await probe(options, control.signal) };
  } catch (error) {
    options.log?.('info', 'delivery by memory does not work here', {
      ...(error instanceof SandboxError ? { code: error.code } : {}),
    });
    return { works: false, reason: wordsFor(error, control.signal.aborted) };
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong, in words of its own. */
class ProbeFailed extends Error {
  override readonly name = 'ProbeFailed';
}

async function probe({ engine: whole, place, vault }: ProbeOptions, signal: AbortSignal): Promise<string> {
  const engine = whole.within(signal);
  for (const left of await engine.list(probeFilter(vault))) await whole.remove(left.id, { volumes: true });
  const image = await imageOf(engine);
  const id = `probe_${randomBytes(8).toString('hex')}`;
  const directories = new InitDirectories(place);
  for (const left of directories.known()) if (left.startsWith('probe_')) directories.remove(left);
  let refused = '';
  let version = '';
  const door = new InitDoor({
    sandbox: id,
    directories,
    keys: new ResumeKeys(place.runDir),
    peer: () => place.peer,
    failpoint() {},
    timers: realTimers,
    counted: (why) => {
      refused = why;
    },
    events: {
      ...{ state() {}, started() {}, ended() {}, gone() {}, last() {}, malformed() {}, closed() {} },
      goodbye: (_code, reason) => {
        refused = reason;
      },
    },
    knock() {},
    said: (build) => {
      version = build;
    },
  });
  let container: string | null = null;
  try {
    directories.ensure(id);
    const request = requestOf(image, { init: place.init, link: directories.onHost(id) }, vault, id);
    container = (await engine.create(`ampoule-${id.replace('_', '-')}`, request)).id;
    const config = { flags: 0, sandbox: id, user: '', grace: 0, lease: 0, path: '/bin' };
    await door.expect(container, config);
    await engine.start(container);
    const seen = await engine.inspect(container);
    if (seen === null || !seen.state.running)
      throw new ProbeFailed(`its program ended with ${seen?.state.exitCode ?? 'no status'} at once`);
    const odd = differences(seen, request, image);
    if (odd.length > 0) throw new ProbeFailed(`Docker made it otherwise than asked for: ${odd.join(', ')}`);
    door.started(container, new Kernel().record(seen.state.pid, container), config);
    const link = await door.whenLinked(container, CONNECT, signal);
    if (link === null)
      throw new ProbeFailed(refused ? `its connection was refused (${refused})` : 'its program did not connect');
    const { left } = await link.set({ epoch: 1, generation: 1 }, 0, []).done;
    if (left !== 0) throw new ProbeFailed('it could not end its own processes');
    return version;
  } finally {
    // Also where the time is over: it is ours, and nothing else will.
    if (container !== null) await whole.remove(container, { volumes: true }).catch(() => {});
    await door.remove();
  }
}

async function imageOf(engine: ProbeOptions['engine']): Promise<ImageSeen> {
  const known = await engine.inspectImage(IMAGE);
  if (known !== null) return known;
  await engine.importImage(IMAGE, directoryEntry('bin', { uid: 0, gid: 0, mode: 0o755 }, 0));
  const made = await engine.inspectImage(IMAGE);
  if (made === null) throw new ProbeFailed('its image was not kept');
  return made;
}

function requestOf(
  image: ImageSeen,
  mounts: { init: string; link: string },
  vault: string,
  sandbox: string,
): ContainerRequest {
  const spec = { ...PROBE_SPEC, id: sandbox, name: 'probe', vault };
  const identity = { vault, sandbox, session: '', nonce: '', mac: '', epoch: 0, generation: 0 };
  const request = memoryRequest(
    { spec, image, reference: IMAGE, identity: { ...identity, delivery: 'memory' }, values: new Map(), engineCpus: 1 },
    mounts,
  );
  const { HostConfig: host } = request;
  // No workspace: what is mounted is what delivery needs.
  const needed = host.Mounts.filter((one) => one.Source === mounts.init || one.Source === mounts.link);
  return { ...request, Labels: probeLabels(vault), HostConfig: { ...host, Mounts: needed } };
}

/** Turns what a failed Docker call threw into this layer's refusals; a foreign body is matched here and never passed on. */

import { type SandboxCode, SandboxError, UnknownOutcome } from '../errors.js';

/** What was looked at does not exist: `null` for whoever asked. */
export class Missing extends SandboxError {
  constructor(call: string) {
    super('ENGINE_REFUSED', `Docker knows nothing of that name ("${call}"). Nothing to do.`);
  }
}

/** Calls that only look. */
const LOOKS = new Set(['inspect', 'inspectImage', 'inspectVolume', 'inspectNetwork', 'execInspect', 'stat']);

/** Reduced form of what dockerode and node throw. */
interface Failure {
  status: number | null;
  /** Docker's own message; to be matched, never shown. */
  text: string;
  /** `ECONNREFUSED` and the like. */
  errno: string | null;
}

interface Rule {
  calls: string[];
  status?: number[];
  text?: RegExp;
  code: SandboxCode;
  retry?: boolean;
  message: string;
}

const UNREACHED = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH']);

/** First match wins. Every message ends with what to do; words of `named` stand for what a call alone does not know. */
const RULES: Rule[] = [
  {
    calls: ['start', 'create'],
    text: /port is already allocated|address already in use|failed to bind host port/i,
    code: 'PORT_TAKEN',
    retry: true,
    message: 'A host port of this sandbox is in use. Free it (`ss -ltnp` shows by whom), or ask for another port.',
  },
  {
    calls: ['start', 'create'],
    text: /network \S+ not found|could not find (a )?network|no such network/i,
    code: 'NETWORK_NOT_FOUND',
    retry: true,
    message:
      "The sandbox's network does not exist. Make it with `docker network create --label dev.ampoule.network NETWORK`.",
  },
  {
    calls: ['create'],
    text: /bind source path does not exist/i,
    code: 'ENGINE_REFUSED',
    message:
      "The workspace's host path does not exist on the engine's host. Make it there with `mkdir -p PATH`, then wait or ask again.",
  },
  {
    calls: ['create'],
    text: /invalid mount|duplicate mount point|mount point/i,
    code: 'ENGINE_REFUSED',
    message: "Docker refused the workspace's path. Choose another `workspace.path`.",
  },
  {
    calls: ['create', 'rename'],
    status: [409],
    text: /already in use/i,
    code: 'CONTAINER_NAME_TAKEN',
    retry: true,
    message: "A container with the sandbox's name exists. Nothing to do: it is looked at again.",
  },
  {
    calls: ['create'],
    status: [404],
    text: /no such image/i,
    code: 'IMAGE_NOT_FOUND',
    retry: true,
    message: 'The image is not on this engine. Get it with `docker pull IMAGE`.',
  },
  {
    calls: ['create'],
    status: [400],
    code: 'ENGINE_REFUSED',
    message:
      "Docker refused this sandbox's settings. Compare its limits, ports, user and paths with `docker create --help`.",
  },
  {
    calls: ['start'],
    text: /executable file not found|no such file or directory.*exec|exec: .*(no such file|permission denied|is a directory)/i,
    code: 'START_FAILED',
    message:
      "The sandbox's command was not found in its image, or may not run. Check `command`, `entrypoint` and `image`.",
  },
  {
    calls: ['start'],
    text: /unable to find (user|group)|no matching entries in (passwd|group)/i,
    code: 'START_FAILED',
    message: "The sandbox's `user` does not exist in its image. Name one of the image's /etc/passwd, or a number.",
  },
  {
    calls: ['create', 'start'],
    text: /cannot mkdir|not a directory/i,
    code: 'START_FAILED',
    message: 'A path of the sandbox is no directory in its image. Check `workdir` and `workspace.path`.',
  },
  {
    calls: ['start'],
    text: /oci runtime|runc|shim task|minimum memory|unknown capability/i,
    code: 'START_FAILED',
    message: 'Docker could not start the container. See `docker events` and the log of dockerd for the cause.',
  },
  {
    calls: ['removeVolume'],
    status: [409],
    code: 'VOLUME_IN_USE',
    retry: true,
    message: 'A container still uses the volume. Remove it (`docker ps -a --filter volume=VOLUME`), then wait.',
  },
  {
    calls: ['execCreate', 'execStart'],
    status: [404, 409],
    code: 'SANDBOX_NOT_RUNNING',
    message: 'The sandbox runs no container at this moment. See its state with `ampoule sandbox ls`, then try again.',
  },
  {
    calls: ['pull'],
    text: /not found|manifest unknown|access denied|unauthorized|repository does not exist|invalid reference/i,
    code: 'IMAGE_NOT_FOUND',
    message:
      'The registry has no such image, or does not show it to us. Check its name, or `docker login` and `docker pull IMAGE`.',
  },
  {
    calls: ['pull'],
    code: 'IMAGE_PULL_FAILED',
    retry: true,
    message:
      'The image could not be pulled. Check the network, try `docker pull IMAGE`, or use an image that is on the engine.',
  },
];

/** The refusal for a failed call. 5xx and broken connections are an unknown outcome. */
export function refusalOf(call: string, error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  const failure = reduce(error);
  if (failure.errno !== null && UNREACHED.has(failure.errno) && failure.status === null)
    return new SandboxError(
      'ENGINE_UNREACHABLE',
      'Docker does not answer. Start it (`systemctl start docker`), or set DOCKER_HOST to where it listens.',
      { retry: true },
    );
  if (LOOKS.has(call) && (failure.status === 404 || failure.status === 400)) return new Missing(call);
  const rule = failure.status !== null || call === 'pull' ? RULES.find((one) => fits(one, call, failure)) : undefined;
  if (rule) return new SandboxError(rule.code, rule.message, { retry: rule.retry ?? false });
  if (failure.status === null) return new UnknownOutcome(call, failure.errno ?? 'the connection broke');
  return new UnknownOutcome(call, `HTTP ${failure.status}`);
}

/** What a failed call was about. */
export type Names = Partial<Record<'IMAGE' | 'NETWORK' | 'PATH' | 'VOLUME', string>>;

/** The same refusal, its advice with the real names where they are known. An unknown outcome stays one. */
export function named(error: SandboxError, names: Names): SandboxError {
  const message = error.message.replace(/`[^`]*`/g, (advice) =>
    advice.replace(/\b(IMAGE|NETWORK|PATH|VOLUME)\b/g, (word) => names[word as keyof Names] ?? word),
  );
  if (message === error.message || error instanceof UnknownOutcome) return error;
  return new SandboxError(error.code, message, { retry: error.retry, cause: error });
}

function fits(rule: Rule, call: string, failure: Failure): boolean {
  if (!rule.calls.includes(call)) return false;
  if (rule.status && (failure.status === null || !rule.status.includes(failure.status))) return false;
  return rule.text === undefined || rule.text.test(failure.text);
}

function reduce(error: unknown): Failure {
  if (!(error instanceof Error)) return { status: null, text: '', errno: null };
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { status, text: error.message, errno };
}

/** What is not there is null; a name that Docker cannot even parse names nothing. */
export async function unlessMissing<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}

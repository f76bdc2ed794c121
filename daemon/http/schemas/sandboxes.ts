/** Sandboxes and the commands in them, as they travel. */

import { type Static, Type } from 'typebox';
import { NewSessionBody, State, Wish } from './sessions.js';
import {
  DeliveryChoice,
  DeliveryName,
  Duration,
  DurationOrNever,
  Name,
  nullable,
  Page,
  SecretName,
  SelectorText,
  strict,
  text,
  Variable,
} from './shared.js';

export const words = (description: string) =>
  Type.Array(text('a text without NUL', 131_072, 0), { description, minItems: 1, maxItems: 1000 });
export const Command = Type.Union([text('a command line', 131_072), words('a command and its arguments')], {
  description: 'a list of words, or a text for sh -c',
});
export const Environment = Type.Record(
  Type.String({
    description: 'letters, digits and _, not beginning with a digit',
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  }),
  text('a text without NUL', 131_072, 0),
  {
    description: 'an object of variables (letters, digits and _, not beginning with a digit) and their texts',
    maxProperties: 1000,
    additionalProperties: false,
  },
);
export const User = Type.String({
  description: 'a user of the image: name, uid, name:group or uid:gid',
  pattern: '^[^\\s:\\u0000]{1,64}(:[^\\s:\\u0000]{1,64})?$',
});
const Image = Type.String({
  description: 'an image such as debian:stable-slim or ghcr.io/acme/app@sha256:…',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,511}$',
});
export const AbsolutePath = Type.String({
  description: 'an absolute path without ..',
  pattern: '^/(?!(.*/)?\\.\\.(/|$))[^\\u0000]*$',
  maxLength: 4096,
});
const Privileges = Type.Enum(['standard', 'strict', 'sudo'], { description: 'standard, strict or sudo' });
const PortNumber = Type.Integer({ description: 'a port from 1 to 65535', minimum: 1, maximum: 65_535 });

export const NewSandboxBody = strict({
  name: Type.Optional(Name),
  session: Type.Union([Name, NewSessionBody], {
    description: 'the name or id of a session, or an object for one that is made with the sandbox and ends with it',
  }),
  secrets: Type.Optional(
    Type.Array(Wish, { description: 'a list of at most 1000 secrets to activate', maxItems: 1000 }),
  ),
  image: Type.Optional(Image),
  pull: Type.Optional(Type.Enum(['missing', 'always', 'never'], { description: 'missing, always or never' })),
  main: Type.Optional(Type.Enum(['hold', 'image'], { description: 'hold or image' })),
  command: Type.Optional(words('a list of words')),
  entrypoint: Type.Optional(words('a list of words')),
  restart: Type.Optional(Type.Enum(['always', 'never'], { description: 'always or never' })),
  only: Type.Optional(Type.Array(SelectorText, { description: 'a list of at most 1000 selectors', maxItems: 1000 })),
  as: Type.Optional(
    Type.Record(SecretName, Variable, {
      description: 'an object of secrets and the variables they have here',
      maxProperties: 1000,
    }),
  ),
  env: Type.Optional(Environment),
  user: Type.Optional(User),
  workdir: Type.Optional(AbsolutePath),
  labels: Type.Optional(
    Type.Record(text('a label', 256), text('a text', 4096, 0), {
      description: 'an object of at most 100 labels and their texts',
      maxProperties: 100,
    }),
  ),
  delivery: Type.Optional(DeliveryChoice),
  onChange: Type.Optional(Type.Enum(['keep', 'restart'], { description: 'keep or restart' })),
  grace: Type.Optional(Duration),
  lease: Type.Optional(DurationOrNever),
  idle: Type.Optional(DurationOrNever),
  persist: Type.Optional(Type.Boolean({ description: 'true to live 24 h without a command instead of 1 h' })),
  oneShot: Type.Optional(
    Type.Boolean({ description: 'true for images with an init of their own; wants main "image" or a command' }),
  ),
  tty: Type.Optional(Type.Boolean()),
  stdinOpen: Type.Optional(Type.Boolean()),
  privileges: Type.Optional(Privileges),
  limits: Type.Optional(
    strict({
      cpus: Type.Optional(Type.Number({ description: 'CPUs from 0.01 to 1024', minimum: 0.01, maximum: 1024 })),
      memory: Type.Optional(
        Type.Integer({ description: 'bytes from 6 MiB to 16 TiB', minimum: 6 * 2 ** 20, maximum: 2 ** 44 }),
      ),
      pids: Type.Optional(Type.Integer({ description: 'a number from 1 to 4194304', minimum: 1, maximum: 4_194_304 })),
    }),
  ),
  network: Type.Optional(
    Type.String({
      description: 'bridge, none, or the name of a Docker network',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$',
    }),
  ),
  ports: Type.Optional(
    Type.Array(
      strict({
        container: PortNumber,
        host: Type.Optional(PortNumber),
        ip: Type.Optional(
          Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], {
            description: 'an IP address of the host',
          }),
        ),
        protocol: Type.Optional(Type.Enum(['tcp', 'udp'], { description: 'tcp or udp' })),
      }),
      { description: 'a list of at most 100 ports', maxItems: 100 },
    ),
  ),
  workspace: Type.Optional(
    Type.Union(
      [
        strict({
          volume: Type.Optional(
            Type.String({ description: 'the name of a volume', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{1,127}$' }),
          ),
          path: Type.Optional(AbsolutePath),
        }),
        strict({ hostPath: AbsolutePath, path: Type.Optional(AbsolutePath) }),
      ],
      { description: '{"volume"?: NAME, "path"?: PATH} or {"hostPath": PATH, "path"?: PATH}' },
    ),
  ),
});
export type NewSandboxBody = Static<typeof NewSandboxBody>;

export const SandboxParams = strict({ sandbox: Name });
export const SandboxesQuery = strict({ ...Page, session: Type.Optional(Name), state: State });
export const LogsQuery = strict({
  follow: Type.Optional(Type.Boolean({ description: 'true to stay and wait for more' })),
  tail: Type.Optional(Type.Integer({ description: 'a number of lines', minimum: 0, maximum: 100_000 })),
});

export const ResetBody = strict({ confirm: Name });
export const ExposureQuery = strict({ ...Page });
export const ExposureItem = Type.Object(
  {
    variable: Type.String(),
    secret: Type.String({ description: 'its name' }),
    version: Type.Integer(),
    holder: nullable(
      Type.Object({
        id: Type.String({ description: 'main-1, exe_…, or bridge-PID-START for a docker exec' }),
        kind: Type.Enum(['main', 'command', 'bridge']),
        pid: Type.Integer({ description: 'as the container numbers it' }),
        program: Type.String(),
      }),
    ),
    container: nullable(Type.String({ description: "Docker's id" })),
    confirmedBy: nullable(Type.String()),
    since: Type.String(),
    until: nullable(Type.String({ description: 'null while it is held' })),
  },
  { description: 'a version of a secret that a process held; without a holder, the container as a whole' },
);

export const Sandbox = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    session: Type.String({ description: "the session's name" }),
    sessionId: Type.String(),
    state: Type.Enum(['pulling', 'creating', 'running', 'restarting', 'exited', 'failed', 'removing', 'removed']),
    code: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
    containerId: nullable(Type.String()),
    image: Type.Object({ name: Type.String(), digest: nullable(Type.String()) }),
    delivery: Type.Object({ requested: DeliveryChoice, resolved: DeliveryName }),
    privileges: Privileges,
    generation: Type.Integer(),
    ports: Type.Array(
      Type.Object({
        container: Type.Integer(),
        host: nullable(Type.Integer()),
        ip: Type.String(),
        protocol: Type.Enum(['tcp', 'udp']),
      }),
    ),
    exitCode: Type.Optional(Type.Integer()),
    createdAt: Type.String(),
    idleAt: nullable(Type.String()),
    endedAt: nullable(Type.String()),
    endReason: nullable(Type.String()),
    variables: Type.Array(Type.String(), { description: 'names of the secret variables it has' }),
    notices: Type.Array(Type.String()),
  },
  { description: 'a declared container that belongs to one session' },
);

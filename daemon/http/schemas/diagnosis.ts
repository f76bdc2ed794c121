/** Explanations and diagnoses, as they travel. */

import { Type } from 'typebox';
import { CAUSES, HEADINGS } from '../../doctor/causes.js';
import { Name, nullable, strict, Variable } from './shared.js';

export const ExplainParams = strict({ session: Name, variable: Variable });
export const ExplainQuery = strict({ sandbox: Type.Optional(Name) });
export const DoctorQuery = strict({
  variable: Type.Optional(Variable),
  sandbox: Type.Optional(Name),
  live: Type.Optional(
    Type.Boolean({ description: 'true to ask the providers whether they take the values, which uses these' }),
  ),
});

const time = nullable(Type.String());
const Code = Type.String({
  description: 'a code of docs/troubleshooting.md',
  examples: Object.keys(CAUSES).slice(0, 3),
});
const Command = nullable(Type.String({ description: 'to copy' }));
const Why = nullable(
  Type.Object(
    { code: Code, what: Type.String(), todo: Type.String(), command: Command },
    { description: 'why it is not there; null: it is' },
  ),
);
const SessionPart = Type.Object({
  id: Type.String(),
  name: Type.String(),
  environment: nullable(Type.String()),
  generation: Type.Integer(),
});

export const Explanation = Type.Object(
  {
    variable: Type.String(),
    session: SessionPart,
    has: nullable(Type.String({ description: 'the secret that has the variable in the session' })),
    secrets: Type.Array(
      Type.Object(
        {
          secret: Type.String({ description: 'its name' }),
          id: Type.String(),
          variable: Type.String({ description: 'the one that it has here, or would have' }),
          version: nullable(Type.Integer()),
          as: Type.Enum(['env', 'file']),
          provider: nullable(Type.String()),
          account: nullable(Type.String()),
          environment: nullable(Type.String()),
          active: Type.Boolean(),
          activated: nullable(
            Type.Object({ by: Type.String(), at: Type.String(), request: nullable(Type.String()), until: time }),
          ),
          expiresAt: time,
          elsewhere: Type.Array(Type.String(), { description: 'other sessions in which it is active' }),
          why: Why,
        },
        { description: 'a secret that wants the variable' },
      ),
    ),
    sandboxes: Type.Array(
      Type.Object({
        sandbox: Type.String(),
        name: Type.String(),
        secret: nullable(Type.String({ description: 'the secret that the variable is there; null: none' })),
        version: nullable(Type.Integer()),
        variable: nullable(Type.String({ description: 'null: outside the ceiling' })),
        since: time,
        beside: Type.Array(Type.Enum(['image', 'own']), {
          description: "what else sets it there, without its value: the image, the sandbox's own env",
        }),
      }),
    ),
    why: Why,
  },
  { description: 'why a session has a variable, or has not; without any value' },
);

export const Finding = Type.Object(
  {
    code: Code,
    heading: Type.Enum([...Object.keys(HEADINGS), 'installation']),
    severity: Type.Enum(['error', 'warning', 'note']),
    variable: nullable(Type.String()),
    secret: nullable(Type.String()),
    sandbox: nullable(Type.String()),
    what: Type.String(),
    todo: Type.String(),
    command: Command,
  },
  { description: 'what is wrong, and what mends it' },
);

const Has = Type.Object(
  {
    kind: Type.Enum(['right', 'old', 'other', 'absent', 'unknown']),
    version: Type.Optional(Type.Integer({ description: 'of an old one' })),
  },
  { description: "compared with the vault's value by keyed digests" },
);

export const Diagnosis = Type.Object(
  {
    session: SessionPart,
    variable: nullable(Type.String()),
    findings: Type.Array(Finding),
    looked: Type.Array(
      Type.Object({
        heading: Type.Enum(Object.keys(HEADINGS)),
        title: Type.String(),
        outcome: Type.Enum(['found', 'nothing', 'partly']),
        said: Type.String(),
      }),
      { description: 'which questions were looked into' },
    ),
    sandboxes: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        delivery: Type.Enum(['memory', 'env']),
        state: Type.String(),
        reached: Type.Integer(),
        wanted: Type.Integer(),
        sawProcesses: Type.Boolean({ description: 'what its processes have was looked at' }),
        untried: nullable(Type.String({ description: 'why no new command was tried' })),
        variables: Type.Array(
          Type.Object({
            variable: Type.String(),
            secret: nullable(Type.String()),
            version: nullable(Type.Integer()),
            fresh: Has,
            file: nullable(Type.Enum(['right', 'other', 'missing', 'unreadable', 'unknown'])),
            processes: Type.Array(
              Type.Object({
                pid: Type.Integer({ description: 'as the container numbers it' }),
                program: Type.String(),
                place: Type.Enum(['main', 'command', 'entered', 'inner']),
                exec: nullable(Type.String()),
                startedAt: Type.String(),
                has: Has,
              }),
            ),
          }),
        ),
      }),
    ),
    live: Type.Array(
      Type.Object({
        provider: Type.String(),
        account: nullable(Type.String()),
        secrets: Type.Array(Type.String()),
        outcome: Type.Enum(['works', 'refused', 'forbidden', 'unclear', 'unreachable', 'unavailable']),
        status: nullable(Type.Integer()),
        why: nullable(Type.String()),
        scopes: nullable(Type.Array(Type.String())),
      }),
      { description: 'what the providers said; empty unless asked for' },
    ),
  },
  { description: 'what was found in a session and its sandboxes; without any value' },
);

export const InstallationDiagnosis = Type.Object(
  {
    checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), said: Type.String() })),
    findings: Type.Array(Finding),
  },
  { description: 'how the installation is' },
);

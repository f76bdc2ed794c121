/** Commands in sandboxes and terminals, as they travel. */

import { type Static, Type } from 'typebox';
import { AbsolutePath, Command, Environment, User } from './sandboxes.js';
import { Base64, Duration, Name, nullable, strict, TextOrBytes, text, Wait } from './shared.js';

export const ExecParams = strict({ sandbox: Name, exec: text('the id of a command, exe_…', 64) });

export const ExecBody = strict({
  command: Command,
  env: Type.Optional(Environment),
  workdir: Type.Optional(AbsolutePath),
  user: Type.Optional(User),
  stdin: Type.Optional(
    Type.Union([Type.String({ description: 'text', maxLength: 2 ** 20 }), strict({ base64: Base64(1_398_104) })], {
      description: 'a text or {"base64": …} of at most 1 MiB',
    }),
  ),
  timeout: Type.Optional(Duration),
  detach: Type.Optional(
    Type.Boolean({ description: 'true to answer at once; it goes on by itself and keeps its last 256 KiB of output' }),
  ),
  masking: Type.Optional(Type.Boolean({ description: 'true, or false for an operator who wants the output as it is' })),
});
export type ExecBody = Static<typeof ExecBody>;
export const ExecQuery = strict({ ...Wait });

const Exit = {
  signal: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String({ description: 'TIMEOUT, CLIENT_GONE, TOKEN_REVOKED, SANDBOX_REPLACED, ENDED …' })),
};
export const ExecAnswer = Type.Object(
  {
    execId: Type.String(),
    exitCode: nullable(Type.Integer()),
    ...Exit,
    stdout: TextOrBytes,
    stderr: TextOrBytes,
    truncated: Type.Boolean(),
    notices: Type.Optional(Type.Array(Type.String())),
    tookMs: Type.Integer(),
  },
  { description: 'what a command wrote and how it ended' },
);
export const ExecsQuery = strict({
  state: Type.Optional(
    Type.Enum(['running', 'ended', 'all'], {
      description: 'running (as when not given), ended (detached ones, for 15 minutes), or all',
    }),
  ),
});
export const RunningExec = Type.Object(
  {
    execId: Type.String(),
    sandbox: Type.String(),
    state: Type.Enum(['running', 'ended']),
    startedAt: Type.String(),
    endedAt: Type.Optional(Type.String()),
    exitCode: Type.Optional(nullable(Type.Integer())),
    ...Exit,
    detached: Type.Optional(Type.Boolean()),
    tty: Type.Optional(Type.Boolean()),
    command: Type.Optional(Type.String({ description: 'redacted and cut; absent after a restart of the daemon' })),
    notices: Type.Optional(Type.Array(Type.String())),
  },
  { description: 'a command that runs, or a detached one that ended lately' },
);
export const TerminalBody = strict({
  command: Type.Optional(Command),
  env: Type.Optional(Environment),
  workdir: Type.Optional(AbsolutePath),
  user: Type.Optional(User),
  columns: Type.Integer({ description: 'a number of columns from 1 to 1000', minimum: 1, maximum: 1000 }),
  rows: Type.Integer({ description: 'a number of rows from 1 to 1000', minimum: 1, maximum: 1000 }),
  masking: Type.Optional(Type.Boolean({ description: 'true, or false for an operator who wants the output as it is' })),
});
export type TerminalBody = Static<typeof TerminalBody>;
export const TerminalTicket = Type.Object(
  {
    ticket: Type.String({ description: 'for one connection: offer the subprotocol ampoule.ticket.<ticket>' }),
    protocol: Type.String({ description: 'the subprotocol to offer beside it' }),
    path: Type.String({ description: 'where to connect a WebSocket to' }),
    expiresAt: Type.String(),
  },
  { description: 'a ticket for one terminal' },
);

/** A secret's usage history, as it travels. */

import { Type } from 'typebox';
import { nullable, Page, strict, Time, text } from './shared.js';

export const UsageQuery = strict({
  ...Page,
  version: Type.Optional(
    Type.Integer({ description: 'the number of a version, from 1', minimum: 1, maximum: 2 ** 31 }),
  ),
  session: Type.Optional(text('the name of a session', 256)),
  since: Type.Optional(Time),
  format: Type.Optional(Type.Enum(['json', 'csv'], { description: 'json, or csv for all of it at once' })),
});

export const UsageItem = Type.Object(
  {
    variable: Type.String(),
    version: Type.Integer(),
    session: Type.String(),
    sandbox: nullable(Type.String({ description: 'null: a command outside of sandboxes' })),
    container: nullable(Type.String()),
    holder: nullable(
      Type.Object({
        id: Type.String(),
        kind: Type.Enum(['main', 'command', 'bridge']),
        pid: Type.Integer({ description: 'as the container numbers it' }),
        program: Type.String(),
      }),
    ),
    local: nullable(
      Type.Object({
        id: Type.String(),
        host: Type.String(),
        pid: nullable(Type.Integer({ description: 'as its host numbers it' })),
        command: Type.String(),
      }),
    ),
    confirmedBy: nullable(
      Type.String({ description: 'of a container: who made it active; of `local`: who asked for it' }),
    ),
    requestId: nullable(Type.String({ description: 'the request by which it was made active' })),
    since: Type.String(),
    until: nullable(Type.String()),
    unknown: Type.Boolean({ description: 'of `local`: the session ended before it was said to have ended' }),
  },
  { description: 'one version held by a container (`holder` null), a process in it, or a command outside (`local`)' },
);

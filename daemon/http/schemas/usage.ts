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
    sandbox: Type.String(),
    container: nullable(Type.String()),
    holder: nullable(
      Type.Object({
        id: Type.String(),
        kind: Type.Enum(['main', 'command', 'bridge']),
        pid: Type.Integer({ description: 'as the container numbers it' }),
        program: Type.String(),
      }),
    ),
    confirmedBy: nullable(Type.String({ description: 'of a container: who made it active' })),
    requestId: nullable(Type.String({ description: 'the request by which it was made active' })),
    since: Type.String(),
    until: nullable(Type.String()),
  },
  { description: 'one version held by a container (`holder` null) or by a process in it' },
);

/** Values for a command outside of sandboxes, as they travel. */

import { type Static, Type } from 'typebox';
import { Command } from './sandboxes.js';
import { Name, nullable, SelectorText, strict, TextOrBytes, text } from './shared.js';

export const EnvironmentBody = strict({
  host: text('the name of the machine that it runs on', 253),
  pid: Type.Optional(
    Type.Integer({ description: 'the number of its process there', minimum: 1, maximum: 2 ** 31 - 1 }),
  ),
  command: Command,
  only: Type.Optional(
    Type.Array(SelectorText, { description: 'selectors; all that is active if left out', minItems: 1, maxItems: 64 }),
  ),
});
export type EnvironmentBody = Static<typeof EnvironmentBody>;
export const EnvironmentParams = strict({ session: Name, exposure: text('the id of a local command, loc_…', 64) });

export const EnvironmentAnswer = Type.Object(
  {
    id: Type.String({ description: 'to be said when the command has ended' }),
    session: Type.String(),
    secrets: Type.Array(Type.Object({ variable: Type.String(), secret: Type.String(), version: Type.Integer() })),
    variables: Type.Record(Type.String(), TextOrBytes),
    files: Type.Record(Type.String(), Type.Object({ name: Type.String(), content: TextOrBytes }), {
      description: 'by the variable that is to hold its path',
    }),
    notices: Type.Array(Type.String()),
  },
  { description: 'the active values of a session, for one command' },
);
export const EndedAnswer = Type.Object(
  {
    id: Type.String(),
    host: Type.String(),
    pid: nullable(Type.Integer()),
    command: Type.String(),
    since: Type.String(),
    until: nullable(Type.String()),
  },
  { description: 'a command outside of sandboxes that was given values' },
);

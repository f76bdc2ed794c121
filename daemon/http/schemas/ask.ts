/** What a person says in words, and what was understood, as they travel. */

import { type Static, Type } from 'typebox';
import { LONGEST_TEXT } from '../../words/reading.js';
import { nullable, strict, text } from './shared.js';

export const WordsBody = strict({
  text: text(`what is wanted, in words, at most ${LONGEST_TEXT} characters`, LONGEST_TEXT),
});
export type WordsBody = Static<typeof WordsBody>;

export const Understood = Type.Object(
  {
    understood: Type.String({ description: 'what the words were taken for' }),
    action: nullable(
      Type.Enum(['activate', 'deactivate', 'list', 'explain', 'reveal', 'doctor'], {
        description: 'null: nothing for certain; `question` says what is missing',
      }),
    ),
    names: Type.Array(Type.String(), { description: 'secrets that are meant' }),
    ttl: Type.Optional(Type.String()),
    acrossEnvironments: Type.Optional(Type.Literal(true)),
    requestId: Type.Optional(Type.String({ description: 'the change as a request, which a person decides on' })),
    mayApprove: Type.Optional(Type.Boolean({ description: 'whoever asked may decide on the request' })),
    secrets: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          active: Type.Boolean(),
          as: Type.Optional(Type.String()),
          until: Type.Optional(Type.String()),
        }),
        { description: 'how those that were asked about stand' },
      ),
    ),
    commands: Type.Optional(Type.Array(Type.String(), { description: 'what answers it, to copy' })),
    question: Type.Optional(Type.String()),
    choices: Type.Optional(
      Type.Array(Type.String(), { description: 'answers to the question, each a text to send in its place' }),
    ),
    notices: Type.Array(Type.String()),
  },
  { description: 'what words were understood as' },
);
export type Understood = Static<typeof Understood>;

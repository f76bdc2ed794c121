/** Scans, leaks and panic, as they travel. Values never do. */

import { type Static, Type } from 'typebox';
import { Change, nullable, SandboxChange, strict, text, Wait } from './shared.js';

const Encoding = Type.Enum(['raw', 'line', 'base64', 'base64url', 'hex', 'url', 'json']);

export const Finding = Type.Object(
  {
    secret: Type.String(),
    version: Type.Integer(),
    current: Type.Boolean({ description: 'it is the version that sandboxes get now' }),
    encoding: Encoding,
    in: Type.Enum(['content', 'name'], { description: 'in what is written there, or in what it is called' }),
    path: Type.String(),
    line: Type.Integer({ description: 'of the first one, from 1' }),
    offset: Type.Integer({ description: 'bytes before the first one' }),
    count: Type.Integer({ description: 'how often it stands there' }),
    git: nullable(
      Type.Object({
        repository: Type.String(),
        object: Type.Enum(['blob', 'tree', 'commit', 'tag']),
        id: Type.String({ description: 'first digits of the id' }),
        commit: nullable(Type.String({ description: 'the oldest commit that has it' })),
        authoredAt: nullable(Type.String()),
        subject: nullable(Type.String()),
        path: nullable(Type.String()),
        commits: Type.Integer({ description: 'commits that have it' }),
        held: Type.Enum(['branch', 'tag', 'remote', 'stash', 'notes', 'ref', 'reflog', 'dangling', 'unknown']),
        ref: nullable(Type.String()),
      }),
    ),
  },
  { description: 'where a value stands; never the value' },
);
export const ScanAnswer = Type.Object(
  {
    findings: Type.Array(Finding),
    others: Type.Integer({ description: 'findings of secrets outside the bounds of the token' }),
    scanned: Type.Object({
      files: Type.Integer(),
      bytes: Type.Integer(),
      objects: Type.Integer({ description: 'git objects' }),
      skipped: Type.Array(Type.Object({ path: Type.String(), reason: Type.String() })),
      skippedTotal: Type.Integer(),
    }),
    notSearched: Type.Array(
      Type.Object({
        secret: Type.String(),
        version: Type.Integer(),
        reason: Type.Enum(['short', 'unreadable']),
      }),
      { description: 'values that were not looked for: shorter than 8 bytes, or altered in the vault' },
    ),
    complete: Type.Boolean({
      description:
        'everything was looked at; false: skipped or notSearched has what was left out and why, or more was found than is told',
    }),
    tookMs: Type.Integer(),
  },
  { description: 'what a scan found' },
);

const Reason = text('what happened, at most 500 characters', 500, 0);
export const LeakBody = strict({ reason: Type.Optional(Reason) });
export const LeakQuery = strict({ ...Wait });

export const LeakExposure = Type.Object({
  session: Type.String(),
  sandbox: Type.String(),
  env: Type.String(),
  version: Type.Integer(),
  confirmedBy: nullable(Type.String()),
  since: Type.String(),
  until: nullable(Type.String()),
});
/** Of `ampoule run`: nobody here can end it. */
export const OutsideCommand = Type.Object({
  session: Type.String(),
  host: Type.String(),
  pid: nullable(Type.Integer()),
  command: Type.String(),
  since: Type.String(),
  until: nullable(Type.String()),
  unknown: Type.Boolean({ description: 'its session ended, and nobody said that it did' }),
});

export const LeakAnswer = Type.Object(
  {
    name: Type.String(),
    leakedAt: nullable(Type.String()),
    ...Change.properties,
    exposures: Type.Object(
      { items: Type.Array(LeakExposure), total: Type.Integer(), open: Type.Integer() },
      { description: 'who had it: what lasts first, then the newest; at most 200 items' },
    ),
    outside: Type.Array(OutsideCommand, {
      description: 'commands outside of sandboxes that had it, those that may still run first; at most 200',
    }),
    proof: Type.Object(
      {
        processes: Type.Integer({ description: 'processes of sandboxes that were looked at' }),
        holders: Type.Array(
          Type.Object({
            sandbox: Type.String(),
            container: Type.String(),
            pid: Type.Integer({ description: 'as the host numbers it' }),
            program: Type.String(),
            in: Type.Enum(['environment', 'arguments', 'file']),
          }),
        ),
        cannotSee: Type.Array(Type.String()),
      },
      { description: 'what the kernel shows, whatever the daemon remembers' },
    ),
    rotation: Type.Object(
      {
        revoke: Type.Array(Type.String()),
        revokePage: nullable(Type.String()),
        rotate: Type.Array(Type.String()),
        rotatePage: nullable(Type.String()),
        command: Type.String({ description: 'stores the new value' }),
      },
      { description: 'what a person does now, in this order' },
    ),
  },
  { description: 'what a report of a leak has done, and what is left to do' },
);
export type LeakAnswer = Static<typeof LeakAnswer>;

export const PanicAnswer = Type.Object(
  {
    state: Type.Enum(['sealed', 'unsealed']),
    sessions: Type.Integer({ description: 'sessions in which something was active' }),
    activations: Type.Integer({ description: 'activations that ended' }),
    ended: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), session: Type.String() }), {
      description: 'sandboxes in which nothing holds a value any more',
    }),
    sandboxes: Type.Array(SandboxChange, { description: 'sandboxes that could not be ended' }),
    outside: Type.Array(OutsideCommand, {
      description: 'commands outside of sandboxes that may still hold values; at most 200',
    }),
    notices: Type.Array(Type.String()),
    tookMs: Type.Integer(),
  },
  { description: 'what was ended, and what could not be' },
);

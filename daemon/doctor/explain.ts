/** Says of one variable which secret has it, why, since when and until when, and why others do not. Facts in, answer out; no value. */

import type { Claim, Exposure, Millis, VariableAccount } from '../../store/index.js';
import type { Finding } from './causes.js';
import type { ClaimFacts } from './facts.js';
import { whyAbsent } from './why-absent.js';

/** How a variable stands in one sandbox. */
export interface ExplainedPlace {
  sandbox: string;
  name: string;
  /** It should have the variable from this secret; null: from none. */
  secret: string | null;
  version: number | null;
  /** The secret has this variable there; null: it lies outside the ceiling. */
  variable: string | null;
  /** Since when its container may hold that version; null: it was not given yet. */
  since: Millis | null;
  /** What the secret goes before, or what there is without one: the image's variable, the sandbox's own `env`. */
  beside: ('image' | 'own')[];
}

export interface ExplainedSecret {
  secret: string;
  id: string;
  variable: string;
  version: number | null;
  as: 'env' | 'file';
  provider: string | null;
  account: string | null;
  environment: string | null;
  active: boolean;
  /** By whom, when, by which request, until when. */
  activated: { by: string; at: Millis; request: string | null; until: Millis | null } | null;
  expiresAt: Millis | null;
  elsewhere: string[];
  /** Why it is not there. */
  why: Pick<Finding, 'code' | 'what' | 'todo' | 'command'> | null;
}

export interface Explained {
  variable: string;
  session: { id: string; name: string; environment: string | null; generation: number };
  /** The secret that has it in the session. */
  has: string | null;
  secrets: ExplainedSecret[];
  sandboxes: ExplainedPlace[];
  /** Where no secret wants it. */
  why: Pick<Finding, 'code' | 'what' | 'todo' | 'command'> | null;
}

export interface ExplainSources {
  account: VariableAccount;
  variable: string;
  now: Millis;
  providers: string[];
  /** Names of variables that a sandbox's image sets; null: nobody knows. */
  images: ReadonlyMap<string, string[] | null>;
  /** What containers of these sandboxes held, and hold. */
  exposures: readonly Exposure[];
}

export function explain({ account, variable, now, providers, images, exposures }: ExplainSources): Explained {
  const { session, claims, sandboxes } = account;
  const facts = {
    ...{ now, session, variable, known: account.known, providers, sealed: false, sandboxes: [], live: [] },
    clockOff: null,
  };
  // How it is in each sandbox stands beside it.
  const whyOf = (of: Claim[]) => {
    const known = of.map(
      ({ open: _open, ...claim }): ClaimFacts => ({ ...claim, sandboxes: [], value: null, of: null }),
    );
    return whyAbsent({ ...facts, claims: known })[0] ?? null;
  };
  const holder =
    claims.find((claim) => claim.active && claim.variable === variable) ??
    claims.find((claim) => claim.active && claim.followers.includes(variable)) ??
    claims.find((claim) => claim.active && sandboxes.some(({ id }) => isIn(claim, id, variable))) ??
    null;
  return {
    variable,
    session: { id: session.id, name: session.name, environment: session.environment, generation: session.generation },
    has: holder?.name ?? null,
    secrets: claims.map((claim) => explained(claim, short(whyOf([claim])))),
    sandboxes: sandboxes.map((sandbox) => {
      const from = claims.find((claim) => claim.active && isIn(claim, sandbox.id, variable));
      const meant = from ?? holder ?? claims.find((claim) => claim.active);
      const open = exposures.filter(
        (row) =>
          row.sandbox === sandbox.id && row.env === variable && row.until === null && row.version === from?.version,
      );
      return {
        ...{ sandbox: sandbox.id, name: sandbox.name, secret: from?.name ?? null, version: from?.version ?? null },
        variable: meant?.sandboxes.find((one) => one.id === sandbox.id)?.variable ?? null,
        since: open.length === 0 ? null : Math.min(...open.map((row) => row.since)),
        beside: [
          ...(images.get(sandbox.id)?.includes(variable) === true ? ['image' as const] : []),
          ...(Object.hasOwn(sandbox.settings.env, variable) ? ['own' as const] : []),
        ],
      };
    }),
    why: claims.length === 0 ? short(whyOf([])) : null,
  };
}

function isIn(claim: Claim, sandbox: string, variable: string): boolean {
  return claim.sandboxes.some((one) => one.id === sandbox && [one.variable, ...one.also].includes(variable));
}

function explained(claim: Claim, why: ExplainedSecret['why']): ExplainedSecret {
  const { name: secret, secret: id, variable, version, as, provider, account, environment, active } = claim;
  const { activation, expiresAt, elsewhere } = claim;
  const activated =
    activation === null || !active
      ? null
      : { by: activation.by, at: activation.at, request: activation.request, until: activation.until };
  return {
    ...{ secret, id, variable, version, as, provider, account, environment, active },
    activated,
    expiresAt,
    elsewhere,
    why,
  };
}

function short(found: Finding | null): ExplainedSecret['why'] {
  return found && { code: found.code, what: found.what, todo: found.todo, command: found.command };
}

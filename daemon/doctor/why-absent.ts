/** Why a sandbox should not even have a variable: not registered, not active, elsewhere, under another name. Facts in, findings out. */

import { nearest } from '../nearest.js';
import { type Finding, finding } from './causes.js';
import type { ClaimFacts, Facts } from './facts.js';

export function whyAbsent(facts: Facts): Finding[] {
  const { session, variable, claims } = facts;
  if (session.state === 'ended') {
    const what = `The session ${session.name} has ended (${session.endReason ?? 'ttl'}); nothing is active in it.`;
    return [finding('SESSION_OVER', {}, what, 'Open another one: `ampoule session new`.')];
  }
  if (variable === null)
    return [...claims.filter(({ active }) => !active).flatMap((claim) => inactive(facts, claim)), ...empty(facts)];
  const wanting = claims.filter((claim) => concerns(claim, variable));
  if (wanting.length === 0) return [unregistered(facts, variable)];
  const active = wanting.filter((claim) => claim.active);
  if (active.length === 0) return wanting.flatMap((claim) => inactive(facts, claim));
  // Where one of them has the variable, the others do not want it.
  const has = (claim: ClaimFacts, sandbox: string | null): boolean =>
    sandbox === null
      ? claim.variable === variable
      : claim.sandboxes.some((one) => one.id === sandbox && [one.variable, ...one.also].includes(variable));
  return active.flatMap((claim) =>
    misplaced(facts, claim, variable, (sandbox) => active.some((one) => has(one, sandbox))),
  );
}

/** true: a secret has the variable somewhere in the session, or would have it. */
export function concerns(claim: Omit<ClaimFacts, 'value' | 'of'>, variable: string): boolean {
  const places = claim.sandboxes.flatMap((sandbox) => [sandbox.variable, ...sandbox.also]);
  return [claim.env, claim.variable, ...claim.followers, ...places].includes(variable);
}

function empty({ session, claims, sandboxes }: Facts): Finding[] {
  if (claims.length === 0)
    return [
      finding(
        'NOTHING_ACTIVE',
        {},
        `Nothing is active in ${session.name}.`,
        `See what there is: \`ampoule secrets --session ${session.name}\`.`,
      ),
    ];
  if (sandboxes.length > 0) return [];
  const what = `${session.name} has no sandbox, so nothing could be looked at.`;
  return [finding('NO_SANDBOX', {}, what, `Start one: \`ampoule sandbox run --session ${session.name}\`.`)];
}

function unregistered({ known, providers }: Facts, variable: string): Finding {
  const most = Math.max(1, Math.floor(variable.length / 4));
  const near = nearest(variable.toUpperCase(), [...new Set(known.map((one) => one.variable))], most);
  const meant = known.filter((one) => near.includes(one.variable)).map(({ name }) => name);
  const hint = meant.length === 0 ? '' : ` Did you mean ${meant.slice(0, 3).join(' or ')}?`;
  const provider = providers.length === 1 ? ` --provider ${providers[0]}` : '';
  const what = `No registered secret has the variable ${variable}.${hint}`;
  const todo = `Register it: \`ampoule secret add ${variable}${provider}\`, then activate it.`;
  return finding('NOT_REGISTERED', { variable }, what, todo);
}

/** The one reason that has to be mended first. */
function inactive(facts: Facts, claim: ClaimFacts): Finding[] {
  const { session, now, variable } = facts;
  const { name, environment, expiresAt, activation, taken, elsewhere, leaked } = claim;
  const about = { variable: variable ?? claim.variable, secret: name };
  const own = variable === null || variable === claim.env || claim.followers.includes(variable);
  const as = own ? '' : ` --as ${variable}`;
  const again = `\`ampoule activate ${name}${as} --session ${session.name}\``;
  if (claim.version === null)
    return [
      finding(
        'NO_VALUE',
        about,
        `Every version of ${name} was destroyed.`,
        `Store a value: \`ampoule secret set ${name}\`.`,
      ),
    ];
  if (leaked) {
    const todo = `Store a new value (\`ampoule secret set ${name}\`), then activate it.`;
    return [
      finding('LEAKED', about, `The value of ${name} got out: it is given to nobody until there is a new one.`, todo),
    ];
  }
  if (expiresAt !== null && expiresAt <= now) {
    const todo = `Store a new value (\`ampoule secret set ${name}\`), set a later time with \`ampoule secret edit ${name} --expires-at TIME\`, then activate it.`;
    return [finding('SECRET_EXPIRED', about, `${name} expired at ${at(expiresAt)}.`, todo)];
  }
  if (activation !== null && activation.lapsedAt !== null) {
    const what = `${name} was active until the last sandbox of ${session.name} ended or was reset, at ${at(activation.lapsedAt)}.`;
    return [finding('LAPSED', about, what, `Activate it again: ${again}.`)];
  }
  if (environment !== null && environment !== session.environment) {
    const has = session.environment === null ? 'has none' : `is for ${session.environment}`;
    const what = `${name} belongs to ${environment}, and the session ${session.name} ${has}.`;
    const across = `\`ampoule activate ${name}${as} --across-environments --session ${session.name}\``;
    return [finding('OTHER_ENVIRONMENT', about, what, `Take it all the same, if that is meant: ${across}.`)];
  }
  if (taken?.reason === 'expired') {
    const what = `The activation of ${name} ran out at ${at(taken.at)}.`;
    return [finding('ACTIVATION_OVER', about, what, `Activate it again: ${again}.`)];
  }
  if (taken !== null) {
    const by = taken.by === null ? '' : ` by ${taken.by}`;
    const what = `${name} was active and was deactivated at ${at(taken.at)}${by}.`;
    return [finding('TAKEN_AWAY', about, what, `Activate it again: ${again}.`)];
  }
  if (elsewhere.length > 0) {
    const what = `${name} is active in ${elsewhere.slice(0, 5).join(', ')}, and not in ${session.name}. Sessions share nothing.`;
    return [finding('ACTIVE_ELSEWHERE', about, what, `Activate it here: ${again}.`)];
  }
  return [
    finding('NOT_ACTIVE', about, `${name} is registered and not active in ${session.name}.`, `Activate it: ${again}.`),
  ];
}

/** It is active, and does not arrive where it is looked for. */
function misplaced(
  { session }: Facts,
  claim: ClaimFacts,
  variable: string,
  there: (sandbox: string | null) => boolean,
): Finding[] {
  const { name } = claim;
  const about = { variable, secret: name };
  const rename = `\`ampoule activate ${name} --as ${variable} --session ${session.name}\``;
  if (
    claim.sandboxes.length === 0 &&
    claim.variable !== variable &&
    !claim.followers.includes(variable) &&
    !there(null)
  ) {
    const what = `${name} is active as ${claim.variable}, not as ${variable}.`;
    return [finding('OTHER_NAME', about, what, `Read ${claim.variable}, or give it this name: ${rename}.`)];
  }
  return claim.sandboxes.flatMap((sandbox) => {
    const here = { ...about, sandbox: sandbox.name };
    if (there(sandbox.id)) return [];
    if (sandbox.variable === null) {
      const what = `${name} is active, and ${sandbox.name} may not have it: it was made with a ceiling ("only") that leaves it out.`;
      const todo = `Make a sandbox whose ceiling has it: \`ampoule sandbox run --session ${session.name} --only ${name}\`.`;
      return [finding('OUTSIDE_CEILING', here, what, todo)];
    }
    const what = `In ${sandbox.name}, ${name} is ${sandbox.variable}, not ${variable}.`;
    const other =
      sandbox.variable === claim.variable
        ? `give it this name: ${rename}`
        : `make a sandbox without that name of its own ("as"): \`ampoule sandbox run --session ${session.name}\``;
    return [finding('OTHER_NAME', here, what, `Read ${sandbox.variable}, or ${other}.`)];
  });
}

/** `2026-03-01 14:05:09 UTC` */
export function at(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

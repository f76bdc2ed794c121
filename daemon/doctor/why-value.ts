/** What is wrong with a value itself, or with its time: slips, shape, URLs, expiry, partners that are missing. Facts in, findings out. */

import type { ShapeProblem } from '../providers/shape.js';
import { type Cause, type Finding, finding } from './causes.js';
import type { ClaimFacts, Facts, UrlFacts } from './facts.js';
import { at } from './why-absent.js';

const SOON = 7 * 24 * 3_600_000;
/** Signatures are refused when the clock is off by more (AWS allows 5 minutes for most services, 15 for some). */
const SKEW = 240_000;

const SLIPS: Record<ShapeProblem['kind'], Cause> = {
  empty: 'VALUE_EMPTY',
  placeholder: 'VALUE_PLACEHOLDER',
  assignment: 'VALUE_ASSIGNMENT',
  quotes: 'VALUE_QUOTES',
  newline: 'VALUE_NEWLINE',
  spaces: 'VALUE_SPACES',
  text: 'VALUE_NOT_TEXT',
  json: 'VALUE_SHAPE',
  shape: 'VALUE_SHAPE',
};

/** Of everything that is active. */
export function whyValue(facts: Facts): Finding[] {
  return facts.claims
    .filter(({ active }) => active)
    .flatMap((claim) => [
      ...slips(claim),
      ...urls(claim),
      ...times(facts, claim),
      ...refreshing(claim),
      ...partners(facts, claim),
      ...clock(facts, claim),
    ]);
}

/** Of a token that a connection keeps fresh. */
function refreshing(claim: ClaimFacts): Finding[] {
  const { name, connection } = claim;
  if (connection?.problem == null) return [];
  const { provider, account, base, state, problem } = connection;
  const more = [account === null ? '' : ` --account ${account}`, base === null ? '' : ` --base ${base}`];
  const why = `${problem.message} (${problem.code}, ${at(problem.at)})`;
  if (state === 'reauthorize') {
    const todo = `Sign in again: \`ampoule connect ${provider}${more.join('')}\`. The last token stays until it is over.`;
    return [finding('REAUTHORIZE', aboutOf(claim), `${name} is not refreshed any more: ${why}`, todo)];
  }
  const todo = `It is tried again by itself. Try now: \`ampoule connection refresh ${name}\`.`;
  return [finding('REFRESH_FAILING', aboutOf(claim), `${name} could not be refreshed: ${why}`, todo)];
}

const aboutOf = ({ variable, name }: ClaimFacts) => ({ variable, secret: name });
const storeAgain = (name: string) => `Store it again without that: \`ampoule secret set ${name}\`.`;

function slips(claim: ClaimFacts): Finding[] {
  const { name, value, of } = claim;
  if (value === null) return [];
  const about = aboutOf(claim);
  const found = value.problems.map(({ kind, detail }) => {
    const shape = kind === 'json' || kind === 'shape';
    const page = shape && of !== null && of.source !== null ? ` ${of.name} says how it looks: ${of.source}` : '';
    const todo = shape
      ? `Compare with ${of?.name ?? 'the page it is from'}, then store the right one: \`ampoule secret set ${name}\`.${page}`
      : storeAgain(name);
    return finding(SLIPS[kind], about, `The value of ${name} ${detail}.`, todo);
  });
  if (!value.crlf) return found;
  const what = `Lines of the value of ${name} end with CR and LF, as Windows writes them; keys and certificates are refused so.`;
  return [
    ...found,
    finding(
      'VALUE_CRLF',
      about,
      what,
      `Store it with plain line ends: \`tr -d '\\r' < FILE | ampoule secret set ${name}\`.`,
    ),
  ];
}

function urls(claim: ClaimFacts): Finding[] {
  const { name, value, of } = claim;
  const url: UrlFacts | null = value?.url ?? null;
  if (url === null || url.scheme === null) return [];
  const about = aboutOf(claim);
  const found: Finding[] = [];
  if (of !== null && of.schemes.length > 0 && !of.schemes.includes(url.scheme)) {
    const right = of.schemes.map((scheme) => `${scheme}://`).join(' or ');
    const what = `The URL of ${name} begins with ${url.scheme}://, and ${of.name} wants ${right}.`;
    found.push(
      finding('URL_SCHEME', about, what, `Store it with the right beginning: \`ampoule secret set ${name}\`.`),
    );
  }
  if (url.local) {
    const what = `The URL of ${name} has localhost as its host, which in a sandbox is the sandbox itself.`;
    const todo = `Name the host that the database runs on, or its container in the same network (\`ampoule sandbox run --network NAME\`), then \`ampoule secret set ${name}\`.`;
    found.push(finding('URL_LOCALHOST', about, what, todo));
  }
  if (url.unescaped) {
    const what = `User or password in the URL of ${name} have characters that a URL needs percent-encoded (@ : / ? # %).`;
    const todo = `Encode them (@ is %40, : is %3A, / is %2F, # is %23, % is %25) and store the URL again: \`ampoule secret set ${name}\`.`;
    found.push(finding('URL_UNESCAPED', about, what, todo));
  }
  return found;
}

function times({ now }: Facts, claim: ClaimFacts): Finding[] {
  const { name, value, expiresAt, rotateEvery, versionAt, of } = claim;
  const about = aboutOf(claim);
  const found: Finding[] = [];
  const fresh = `Get a new one${of === null ? '' : ` (${of.rotate.page})`} and store it: \`ampoule secret set ${name}\`.`;
  const stated = value?.statedExpiry ?? null;
  if (stated !== null && stated <= now) {
    const what = `The token in ${name} says of itself that it expired at ${at(stated)}.`;
    found.push(finding('TOKEN_EXPIRED', about, what, fresh));
  } else {
    const soonest = Math.min(...[expiresAt, stated].filter((time) => time !== null));
    if (soonest - now <= SOON) found.push(finding('EXPIRES_SOON', about, `${name} expires at ${at(soonest)}.`, fresh));
  }
  if (rotateEvery !== null && versionAt !== null && versionAt + rotateEvery <= now) {
    const what = `${name} was to be rotated at ${at(versionAt + rotateEvery)}.`;
    found.push(finding('ROTATION_DUE', about, what, fresh));
  }
  return found;
}

/** Of alternatives one has to be active in each sandbox, or in the session where it has none. */
function partners({ known, session, sandboxes }: Facts, claim: ClaimFacts): Finding[] {
  const { name, of, account } = claim;
  const about = aboutOf(claim);
  // Under another name it is a second account's, for a program that was told so.
  if (of === null || claim.variable !== claim.env) return [];
  const suffix = account === null ? '' : `@${account}`;
  return of.needs.flatMap((alternatives) => {
    const here = known.filter(({ variable }) => alternatives.includes(variable));
    const there = here.filter(({ active }) => active);
    if (there.some((one) => one.account === account)) return [];
    const [foreign] = there;
    if (foreign !== undefined) {
      const what = `${name} is active together with ${foreign.name}, which is of another account.`;
      const right = here.find((one) => one.account === account);
      const todo =
        right === undefined
          ? `Register the one that belongs to it: \`ampoule secret add ${alternatives[0]}${suffix} --provider ${of.id}\`.`
          : `Take ${foreign.name} away (\`ampoule deactivate ${foreign.name} --session ${session.name}\`) and activate ${right.name}.`;
      return [finding('PARTNER_DIFFERS', about, what, todo)];
    }
    // What comes from the sandbox's own env or from the image is there, too.
    if (sandboxes.length > 0 && sandboxes.every((one) => given(one, alternatives))) return [];
    const what = `${name} is active without ${alternatives.join(' or ')}, which belongs to it.`;
    const partner = here.find((one) => one.account === account) ?? here[0];
    const todo =
      partner === undefined
        ? `Register it: \`ampoule secret add ${alternatives[0]}${suffix} --provider ${of.id}\`, then activate it.`
        : `Activate it: \`ampoule activate ${partner.name} --session ${session.name}\`.`;
    return [finding('PARTNER_MISSING', about, what, todo)];
  });
}

function given(sandbox: Facts['sandboxes'][number], alternatives: string[]): boolean {
  return sandbox.variables.some(
    ({ variable, inOwn, inImage }) => alternatives.includes(variable) && (inOwn || inImage === true),
  );
}

function clock({ clockOff }: Facts, claim: ClaimFacts): Finding[] {
  if (claim.of?.signed !== true || clockOff === null || Math.abs(clockOff) < SKEW) return [];
  const way = clockOff < 0 ? 'behind' : 'ahead';
  const what = `The clock is ${Math.round(Math.abs(clockOff) / 1000)} s ${way}; ${claim.of.name} refuses signatures whose time is off by more than five minutes.`;
  return [finding('CLOCK_OFF', aboutOf(claim), what, 'Set the time of the host: `timedatectl set-ntp true`.')];
}

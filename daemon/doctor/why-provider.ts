/** What a provider said of a value, and what a value needs to be allowed there. Facts in, findings out. */

import { type Finding, finding } from './causes.js';
import type { ClaimFacts, Facts } from './facts.js';
import type { LiveFacts } from './live-facts.js';

/** Longest list of scopes that is repeated. */
const MOST_SCOPES = 40;

export function whyProvider(facts: Facts): Finding[] {
  const active = facts.claims.filter((claim) => claim.active);
  const asked = facts.live.flatMap((one) => answered(facts, one, active));
  // Without a question about one variable this would be read by nobody.
  return facts.variable === null ? asked : [...asked, ...least(active, facts.variable)];
}

function answered({ variable }: Facts, live: LiveFacts, active: ClaimFacts[]): Finding[] {
  const [secret = null] = live.secrets;
  const claim = active.find(({ name }) => name === secret);
  const about = { variable: variable ?? claim?.variable ?? null, secret };
  const name = claim?.of?.name ?? live.provider;
  const scopes = claim?.of?.scopes;
  const page = scopes === undefined ? '' : ` ${name} says how: ${scopes.page}`;
  const status = live.status === null ? '' : ` (${live.status})`;
  const fresh = `Get a new one${claim?.of ? ` (${claim.of.rotate.page})` : ''} and store it: \`ampoule secret set ${secret}\`.`;
  const found: Finding[] = [];
  switch (live.outcome) {
    case 'refused':
      found.push(
        finding(
          'PROVIDER_REFUSED',
          about,
          `${name} does not take ${secret}: it is wrong, expired or revoked${status}.`,
          fresh,
        ),
      );
      break;
    case 'forbidden':
      found.push(
        finding(
          'PROVIDER_FORBIDS',
          about,
          `${name} takes ${secret} and does not allow what was asked${status}.`,
          `Give it the rights that the work needs there, or another value: \`ampoule secret set ${secret}\`.${page}`,
        ),
      );
      break;
    case 'unclear':
    case 'unreachable':
      found.push(
        finding(
          'PROVIDER_UNREACHABLE',
          about,
          `${name} gave no clear answer${status}: ${live.why ?? 'an unexpected status'}.`,
          `Try again later: \`ampoule doctor ${about.variable ?? ''} --live\`.`,
        ),
      );
      break;
    case 'unavailable':
      found.push(
        finding(
          'NOT_LOOKED',
          about,
          `${name} could not be asked: ${live.why ?? 'nothing is known of how'}.`,
          `Try the vendor's own tool in a sandbox: \`ampoule exec -- CMD\`.`,
        ),
      );
      break;
    case 'works':
      break;
  }
  if (live.scopes !== null) {
    const list = live.scopes.slice(0, MOST_SCOPES).join(', ');
    const has = live.scopes.length === 0 ? 'nothing in particular' : list;
    const need = scopes === undefined ? '' : ` Needed is ${scopes.least.join('; ')}.`;
    found.push(
      finding(
        'PROVIDER_SCOPES',
        about,
        `${name} says that ${secret} may do: ${has}.${need}`,
        `Where that is too little or too much, make another one${page === '' ? '.' : `:${page}`}`,
      ),
    );
  }
  return found;
}

function least(active: ClaimFacts[], variable: string): Finding[] {
  return active
    .filter((claim) => claim.of !== null && (claim.variable === variable || claim.env === variable))
    .map(({ of, name }) => {
      const { name: vendor = '', scopes } = of ?? {};
      const what = `If ${vendor} denies permission to ${name}, it lacks a right. The least is ${scopes?.least.join('; ')}.`;
      const todo = `See what it has with \`ampoule doctor ${variable} --live\`, and how to give it more: ${scopes?.page}`;
      return finding('LEAST_SCOPES', { variable, secret: name }, what, todo);
    });
}

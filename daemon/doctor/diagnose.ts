/** The diagnosis itself: facts in, findings out, worst first, and which of people's questions were looked at. Looks at nothing. */

import { type Finding, finding, HEADINGS, type Heading, ordered } from './causes.js';
import type { Facts } from './facts.js';
import { whyAbsent } from './why-absent.js';
import { whyProvider } from './why-provider.js';
import { whySandbox } from './why-sandbox.js';
import { whyValue } from './why-value.js';

/** One of people's questions, and how far it was looked into. */
export interface Looked {
  heading: Heading;
  title: string;
  /** `found`: see the findings; `nothing`: nothing was wrong; `partly`: there is more to look at, and `said` says how. */
  outcome: 'found' | 'nothing' | 'partly';
  said: string;
}

export interface Diagnosed {
  findings: Finding[];
  looked: Looked[];
}

export function diagnose(facts: Facts): Diagnosed {
  const findings = ordered([
    ...sealed(facts),
    ...whyAbsent(facts),
    ...whySandbox(facts),
    ...whyValue(facts),
    ...whyProvider(facts),
  ]);
  return { findings, looked: looked(facts, findings) };
}

function sealed({ sealed }: Facts): Finding[] {
  if (!sealed) return [];
  const what = 'The vault is sealed: nothing can be given to a sandbox, and no value could be compared.';
  return [finding('VAULT_SEALED', {}, what, 'Unseal it: `ampoule vault unseal`.')];
}

function looked({ variable, live, session }: Facts, findings: Finding[]): Looked[] {
  const name = variable ?? 'VARIABLE';
  const asked = live.some(({ outcome }) => outcome === 'works' || outcome === 'refused' || outcome === 'forbidden');
  const bad = (heading: Heading) => findings.some((one) => one.heading === heading && one.severity !== 'note');
  const line = (heading: Heading, clear: Looked['outcome'], nothing: string): Looked => {
    const outcome = bad(heading) ? 'found' : clear;
    return { heading, title: HEADINGS[heading], outcome, said: outcome === 'found' ? 'See above.' : nothing };
  };
  const ask = `Ask the provider: \`ampoule doctor ${name} --live --session ${session.name}\`.`;
  return [
    line('not-working', 'nothing', 'Nothing wrong was found.'),
    line('permission-denied', asked ? 'nothing' : 'partly', asked ? 'The provider takes the value.' : ask),
    line(
      'token-expired',
      asked ? 'nothing' : 'partly',
      asked ? 'The provider takes the value.' : `Nothing here says that it has expired. ${ask}`,
    ),
    line(
      'committed',
      'partly',
      'Was not looked at: `ampoule scan` looks for values in the workspace and its history. What got out: `ampoule leak NAME`.',
    ),
  ];
}

/** What people are told of a provider before they sign in, from its facts. Text only; asks nobody. */

import type { OauthFact } from './fact.js';
import type { OauthProviderFacts } from './service-types.js';

/** @param publicUrl how a browser reaches this daemon; null: it does not, so that there is no callback. */
export function providerWords(fact: OauthFact, publicUrl: string | null): OauthProviderFacts {
  const { id, name, flows, scopes, create, clientSecret, selfHosted, variable, revoke } = fact;
  return {
    ...{ id, name, selfHosted, variable },
    flows: publicUrl === null ? flows.filter((flow) => flow !== 'code') : [...flows],
    scopes: scopes.map((scope) => ({ ...scope })),
    create: {
      page: create.page,
      steps: [...create.steps],
      callback: publicUrl === null ? null : callbackOf(publicUrl),
    },
    clientSecret: { ...clientSecret },
    leave: { byItself: revoke.how !== 'none', page: revoke.page, steps: [...revoke.steps] },
  };
}

/** The exact redirect address. */
export function callbackOf(publicUrl: string): string {
  return `${publicUrl}/oauth/callback`;
}

/** What the catalogue of providers says of a secret: its shape, its partners, the schemes of its URLs. Reads no value. */

import type { Claim } from '../../store/index.js';
import type { Catalogue } from '../providers/catalogue.js';
import type { Provider, ProviderVariable } from '../providers/provider.js';
import type { ProviderFacts } from './facts.js';

/** Providers whose requests are signed with the time. */
const SIGNED = ['aws'];
const SCHEMES = ['postgres', 'postgresql', 'mysql', 'mariadb', 'mongodb', 'mongodb+srv'];

type Named = Pick<Claim, 'env' | 'provider'>;

/** Providers that have the variable, or one that follows it. */
export function havingVariable(catalogue: Pick<Catalogue, 'list'>, variable: string): Provider[] {
  return catalogue.list().filter(({ variables }) => variables.some((one) => hasName(one, variable)));
}

/** The provider of a secret: the one it was registered with, else the only one that has its variable. */
export function providerOf(catalogue: Catalogue, claim: Named): Provider | null {
  if (claim.provider !== null) return catalogue.get(claim.provider) ?? null;
  const [only, ...more] = havingVariable(catalogue, claim.env);
  return only !== undefined && more.length === 0 ? only : null;
}

/** What is known of such values; several where nobody says which provider it is of. */
export function variablesOf(catalogue: Catalogue, claim: Named): ProviderVariable[] {
  const of = providerOf(catalogue, claim);
  const candidates =
    of === null && claim.provider === null ? havingVariable(catalogue, claim.env) : of === null ? [] : [of];
  return candidates.flatMap(({ variables }) => variables.filter((one) => hasName(one, claim.env)));
}

export function providerFacts(catalogue: Catalogue, claim: Named): ProviderFacts | null {
  const of = providerOf(catalogue, claim);
  if (of === null) return null;
  const own = of.variables.find((one) => hasName(one, claim.env));
  return {
    ...{ id: of.id, name: of.name, scopes: of.scopes, rotate: of.rotate },
    expected: own?.expected ?? null,
    source: own?.source ?? null,
    needs: own === undefined ? [] : needs(of, own),
    schemes: own === undefined ? [] : schemesOf(own),
    signed: SIGNED.includes(of.id),
  };
}

function hasName({ env, followers = [] }: ProviderVariable, name: string): boolean {
  return env === name || followers.includes(name);
}

/** Groups of alternatives, without the one that the variable itself is of. What has a default or may be left out is not needed. */
function needs({ variables }: Provider, own: ProviderVariable): string[][] {
  const groups = new Map<string, string[]>();
  for (const { env, optional, default: usual, oneOf } of variables) {
    if (optional === true || usual !== undefined) continue;
    const key = oneOf === undefined ? `variable ${env}` : `group ${oneOf}`;
    groups.set(key, [...(groups.get(key) ?? []), env]);
  }
  return [...groups.values()].filter((names) => !names.includes(own.env));
}

/** Schemes of databases that its pattern takes. */
function schemesOf({ pattern }: ProviderVariable): string[] {
  if (pattern === undefined || !pattern.includes('://')) return [];
  const expression = new RegExp(pattern, 'u');
  return SCHEMES.filter((scheme) =>
    ['user:password@host:5432/name', 'user:password@host/name'].some((rest) => expression.test(`${scheme}://${rest}`)),
  );
}

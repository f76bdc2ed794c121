/** Turns what somebody wants to register into a checked row: defaults from the name, limits of each member. Looks nothing up. */

import { LONGEST } from './deadline.js';
import type { InputProblem } from './errors.js';
import {
  accountProblem,
  assertNoProvider,
  assertNotReserved,
  environmentProblem,
  PROVIDER,
  readSecretName,
  slugAccount,
  TAG,
  variableProblem,
} from './names.js';
import { assertNone, quote } from './problems.js';
import type { Millis, NewSecret, Secret, SecretPatch } from './types.js';

const MOST_TAGS = 32;
const MOST_FOLLOWERS = 8;
const LONGEST_DESCRIPTION = 1000;

/** What a new secret's row is made of, besides id and times. */
export type SecretDraft = Pick<
  Secret,
  | 'name'
  | 'env'
  | 'followers'
  | 'account'
  | 'login'
  | 'environment'
  | 'provider'
  | 'as'
  | 'path'
  | 'sensitive'
  | 'description'
  | 'tags'
  | 'expiresAt'
  | 'rotateEvery'
> & { allowReserved: boolean };

/** INVALID_INPUT with every problem at once; NAME_RESERVED. */
export function draftSecret(input: NewSecret, now: Millis): SecretDraft {
  const { name, problems } = readSecretName(input.name, '/name');
  const add = (pointer: string, detail: string | null) => {
    if (detail !== null) problems.push({ pointer, detail });
  };
  const slug = input.account === undefined ? null : slugAccount(input.account);
  if (input.account !== undefined) add('/account', slug === null ? accountProblem(input.account) : null);
  if (input.environment !== undefined) add('/environment', environmentProblem(input.environment));
  if (input.env !== undefined) add('/env', variableProblem(input.env));
  problems.push(...followerProblems(input));
  if (input.path !== undefined) add('/path', pathProblem(input.path, input.as));
  problems.push(...memberProblems(input, now));
  assertNone(problems, 'A secret is called VARIABLE[@account][.environment], such as GITHUB_TOKEN@work.');
  if (name === null) throw new Error('a name without problems was read');
  const env = input.env ?? name.variable;
  assertNoProvider(name.variable, `Choose the variable's name, such as ${name.variable.toUpperCase()}_TOKEN.`);
  if (input.allowReserved !== true) {
    const todo =
      'Choose another name, or register it with "allowReserved": true (`ampoule secret add … --allow-reserved`) if you mean it.';
    assertNotReserved(name.variable, '/name', todo);
    assertNotReserved(env, '/env', todo);
    for (const follower of input.followers ?? []) assertNotReserved(follower, '/followers', todo);
  }
  return {
    name: input.name,
    env,
    followers: [...new Set(input.followers ?? [])].filter((follower) => follower !== env),
    account: slug ?? name.account,
    login: slug === null || slug === input.account ? null : (input.account ?? null),
    environment: input.environment ?? name.environment,
    provider: input.provider ?? null,
    as: input.as ?? 'env',
    path: input.path ?? null,
    sensitive: input.sensitive ?? true,
    description: input.description ?? null,
    tags: [...new Set(input.tags ?? [])].sort(),
    expiresAt: input.expiresAt ?? null,
    rotateEvery: input.rotateEvery ?? null,
    allowReserved: input.allowReserved ?? false,
  };
}

/** Problems of the members that a patch may have too. */
export function memberProblems(input: SecretPatch | NewSecret, now: Millis): InputProblem[] {
  const problems: InputProblem[] = [];
  const { description, tags, provider, expiresAt, rotateEvery } = input;
  if (description != null && description.length > LONGEST_DESCRIPTION)
    problems.push({ pointer: '/description', detail: `has more than ${LONGEST_DESCRIPTION} characters` });
  if (provider != null && !PROVIDER.test(provider))
    problems.push({ pointer: '/provider', detail: `${quote(provider)} is no provider: a-z, 0-9 and -, as in github` });
  if (tags !== undefined && tags.length > MOST_TAGS)
    problems.push({ pointer: '/tags', detail: `has ${tags.length} tags; at most ${MOST_TAGS}` });
  for (const [index, tag] of (tags ?? []).entries())
    if (!TAG.test(tag))
      problems.push({ pointer: `/tags/${index}`, detail: `${quote(tag)} is no tag: letters, digits and _ . : / -` });
  if (expiresAt != null && !(Number.isSafeInteger(expiresAt) && expiresAt > now))
    problems.push({ pointer: '/expiresAt', detail: 'is not in the future' });
  if (rotateEvery != null && !(Number.isInteger(rotateEvery) && rotateEvery > 0 && rotateEvery <= LONGEST))
    problems.push({ pointer: '/rotateEvery', detail: 'is not a duration from 1 ms to ten years' });
  return problems;
}

function followerProblems({ followers = [] }: NewSecret): InputProblem[] {
  if (followers.length > MOST_FOLLOWERS)
    return [{ pointer: '/followers', detail: `has ${followers.length} variables; at most ${MOST_FOLLOWERS}` }];
  return followers.flatMap((follower, index) => {
    const detail = variableProblem(follower);
    return detail === null ? [] : [{ pointer: `/followers/${index}`, detail }];
  });
}

function pathProblem(path: string, as: NewSecret['as']): string | null {
  if (as !== 'file') return 'is only for as: "file"';
  const clean = path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..') && !path.endsWith('/');
  return clean && path.length <= 4096 ? null : `${quote(path)} is no absolute path of a file without ..`;
}

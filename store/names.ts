/** How things are called: grammar of the names of secrets, sessions, sandboxes and variables. Looks nothing up. */

import { type InputProblem, StoreError } from './errors.js';
import { idPrefixOf, isProviderId, isReservedVariable } from './names-reserved.js';
import { assertNone, quote } from './problems.js';

export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
export const ACCOUNT = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const ENVIRONMENT = /^[a-z][a-z0-9-]{0,31}$/;
/** Sessions and sandboxes. */
export const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const PROVIDER = /^[a-z][a-z0-9-]{0,31}$/;
export const TAG = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,62}$/;

/** `VARIABLE[@account][.environment]`, taken apart. */
export interface SecretName {
  variable: string;
  account: string | null;
  environment: string | null;
}

/** Why `text` is no variable, or null. */
export function variableProblem(text: string): string | null {
  if (VARIABLE.test(text)) return null;
  if (text === '') return 'is empty; a variable has 1 to 128 letters, digits and _';
  if (text.length > 128) return `has ${text.length} characters; a variable has at most 128`;
  if (/^[0-9]/.test(text)) return `${quote(text)} begins with a digit; a variable begins with a letter or _`;
  return `${quote(text)} is no variable: only letters, digits and _, not beginning with a digit`;
}

/** Why `text` is no account, or null. */
export function accountProblem(text: string): string | null {
  if (ACCOUNT.test(text)) return null;
  const slug = slugAccount(text);
  const hint = slug === null ? '' : `; write ${quote(slug)}`;
  return `${quote(text)} is no account: 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit${hint}`;
}

/** Why `text` is no environment, or null. */
export function environmentProblem(text: string): string | null {
  if (ENVIRONMENT.test(text)) return null;
  return `${quote(text)} is no environment: 1 to 32 of a-z, 0-9 and -, beginning with a letter`;
}

/** Takes a secret's name apart; problems point at `pointer`. */
export function readSecretName(text: string, pointer: string): { name: SecretName | null; problems: InputProblem[] } {
  const parts = /^([^@.]*)(?:@([^.]*))?(?:\.(.*))?$/s.exec(text);
  const variable = parts?.[1] ?? '';
  const account = parts?.[2] ?? null;
  const environment = parts?.[3] ?? null;
  const details = [
    variableProblem(variable),
    account === null ? null : accountProblem(account),
    environment === null ? null : environmentProblem(environment),
  ].filter((detail) => detail !== null);
  const prefix = idPrefixOf(text);
  if (prefix !== undefined) details.push(`begins with ${prefix}, which only ids do`);
  const problems = details.map((detail) => ({ pointer, detail }));
  return problems.length > 0 ? { name: null, problems } : { name: { variable, account, environment }, problems };
}

/** As `readSecretName`; throws INVALID_INPUT. */
export function parseSecretName(text: string, pointer = '/name'): SecretName {
  const { name, problems } = readSecretName(text, pointer);
  assertNone(problems, 'A secret is called VARIABLE[@account][.environment], such as GITHUB_TOKEN@work.');
  return name as SecretName;
}

export function formatSecretName(name: SecretName): string {
  const account = name.account === null ? '' : `@${name.account}`;
  return `${name.variable}${account}${name.environment === null ? '' : `.${name.environment}`}`;
}

/** Refuses a variable that steers programs; NAME_RESERVED. */
export function assertNotReserved(variable: string, pointer: string, todo: string): void {
  if (!isReservedVariable(variable)) return;
  const detail = `${variable} changes how programs run, so no secret is given under it`;
  throw new StoreError('NAME_RESERVED', `${detail}. ${todo}`, { problems: [{ pointer, detail }] });
}

/** Refuses what is no name for a session or sandbox: INVALID_INPUT, NAME_RESERVED. */
export function assertName(text: string, what: 'session' | 'sandbox', pointer = '/name'): void {
  const problems: InputProblem[] = [];
  if (!NAME.test(text)) {
    const detail = `${quote(text)} is no name: 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit`;
    problems.push({ pointer, detail });
  }
  const prefix = idPrefixOf(text);
  if (prefix !== undefined) problems.push({ pointer, detail: `begins with ${prefix}, which only ids do` });
  assertNone(problems, `Choose another name for the ${what}, such as dev.`);
  assertNoProvider(text, `Choose another name for the ${what}, such as ${text}-dev.`, pointer);
}

/** Refuses the id of a provider as a name; NAME_RESERVED. */
export function assertNoProvider(word: string, todo: string, pointer = '/name'): void {
  if (!isProviderId(word)) return;
  const detail = `${word} is the id of a provider`;
  throw new StoreError('NAME_RESERVED', `${detail}. ${todo}`, { problems: [{ pointer, detail }] });
}

/** An account from a login or e-mail address: `Jane.Doe@acme.com` → `jane-doe-acme-com`. null: nothing of it is left. */
export function slugAccount(login: string): string | null {
  const slug = login
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 63)
    .replace(/[-_]+$/, '');
  return slug === '' ? null : slug;
}

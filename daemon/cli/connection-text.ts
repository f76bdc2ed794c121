/** Connections for people to read: how to register an application, what to open, where it stands. Prints nothing. */

import type { BegunAnswer, ConnectionAnswer, SignInFacts } from './answers-connection.js';
import { fields, table, time } from './table.js';

/** How to register an application, step by step, with what to paste. */
export function createText({ provider, name, create, needsSecret }: SignInFacts, flow: 'code' | 'device'): string {
  const { page, steps, callback } = create;
  return [
    `No application is registered for ${name} yet. Make one there, once (${page}):`,
    ...steps.map((step, at) => `  ${at + 1}. ${step}`),
    ...(flow === 'code' && callback !== null ? ['The callback to paste:', `  ${callback}`] : []),
    `It shows an id${needsSecret[flow] ? ' and a secret' : ''}; both are remembered in the vault.`,
    `The other way, without an application: paste a token with \`ampoule add ${provider}\`.`,
  ].join('\n');
}

/** What a person has to open. */
export function openText({ authorize, device }: BegunAnswer): string {
  if (device !== undefined) {
    const { userCode, verificationUri, verificationUriComplete, expiresAt } = device;
    const whole = verificationUriComplete === undefined ? [] : [`or open ${verificationUriComplete}`];
    return [
      `Open ${verificationUri} in any browser and type in this code, until ${time(expiresAt)}:`,
      `  ${userCode}`,
      ...whole,
    ].join('\n');
  }
  if (authorize === undefined) return 'It was begun before. Begin another one to sign in.';
  return [
    `Open this address in a browser on this machine, once, until ${time(authorize.expiresAt)}:`,
    `  ${authorize.url}`,
  ].join('\n');
}

/** What became of it. */
export function outcomeText({ state, secret, provider, account, granted, problem, id }: ConnectionAnswer): string {
  if (state === 'connected')
    return [
      `${secret} is connected, and its token is kept fresh.`,
      ...(granted.length === 0 ? [] : [`Granted: ${granted.join(' ')}`]),
      `Run \`ampoule activate ${provider}${account === null ? '' : `@${account}`}\`.`,
    ].join('\n');
  if (state === 'pending') return `Nobody has signed in to ${id} yet. See \`ampoule connections\`.`;
  const why = problem === null ? '' : `: ${problem.message} [${problem.code}]`;
  return `${provider} is not connected${why}`;
}

/** All of them, and below what a person has to do. */
export function connectionsText(items: ConnectionAnswer[]): string {
  if (items.length === 0) return 'Nothing is connected. Begin with `ampoule connect github`.';
  const rows = items.map((one) => [
    one.secret ?? one.id,
    one.base === null ? one.provider : `${one.provider} ${one.base}`,
    one.login,
    one.state,
    time(one.expiresAt),
    one.state === 'disconnecting' ? null : time(one.refreshAt),
    one.problem === null ? null : one.problem.code,
  ]);
  const titles = ['SECRET', 'PROVIDER', 'LOGIN', 'STATE', 'TOKEN UNTIL', 'NEXT REFRESH', 'PROBLEM'];
  const todo = items.flatMap((one) => (one.state === 'reauthorize' && one.todo !== null ? [one.todo] : []));
  return [table(titles, rows), ...todo].join('\n');
}

/** One, member by member. */
export function connectionText(one: ConnectionAnswer): string {
  return fields([
    ['secret', one.secret],
    ['id', one.id],
    ['provider', one.provider],
    ['server', one.base],
    ['login', one.login],
    ['environment', one.environment],
    ['state', one.state],
    ['scopes', one.scopes.join(' ')],
    ['granted', one.granted.join(' ')],
    ['token until', time(one.expiresAt)],
    ['next refresh', time(one.refreshAt)],
    ['refreshed', one.refreshedAt === null ? null : `${time(one.refreshedAt)} (${one.refreshes} times)`],
    ['problem', one.problem === null ? null : `${one.problem.message} [${one.problem.code}]`],
    ['to do', one.todo],
  ]);
}

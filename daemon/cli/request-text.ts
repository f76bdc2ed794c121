/** How a request reads: what it asks for, and all of it before somebody decides. Text of whoever asked is untrusted. */

import type { RequestAnswer } from './answers.js';
import { fields, time } from './table.js';

type Asked = Pick<RequestAnswer, 'secrets' | 'acrossEnvironments'>;

/** `A_KEY, B_KEY as B`, of all that is asked for or of `names` among it. */
export function askedFor({ secrets, acrossEnvironments }: Asked, names?: readonly string[]): string {
  const chosen = secrets.filter(({ name }) => names === undefined || names.includes(name));
  const said = chosen.map(({ name, as }) => (as === undefined ? name : `${name} as ${as}`)).join(', ');
  return acrossEnvironments ? `${said} (across environments)` : said;
}

/** Lines of name and value; for one who decides, the reason is not among the last. */
export function requestText(one: RequestAnswer): string {
  const granted = one.state === 'approved' ? one.secrets.filter((secret) => secret.granted !== false) : one.secrets;
  const left = one.secrets.filter((secret) => !granted.includes(secret));
  return fields([
    ['request', one.id],
    ['state', one.state],
    ['reason', one.reason],
    ['asked by', one.askedBy],
    ['session', one.session],
    [one.action, askedFor({ ...one, secrets: granted })],
    ['not granted', left.length === 0 ? undefined : left.map(({ name }) => name).join(', ')],
    ['for', one.grantedTtl ?? one.ttl],
    ['decided by', one.decidedBy ?? undefined],
    ['answer', one.answer],
    ['expires', one.state === 'pending' ? time(one.expiresAt) : undefined],
  ]);
}

/** What words do not do: which command does it. Says commands; runs none. */

import type { Entities } from './entities.js';
import type { Clause } from './items.js';
import type { Label } from './label.js';
import { meantBy } from './meant.js';
import { admits } from './texts.js';
import type { Lexicon } from './types.js';

/** So many commands are said. */
const MOST = 6;
const RENEWING = /^(rotate|renew|refresh)$/i;

/** "rotate github": commands that set the new values; null where that is not what is said, or not certain of what. */
export function renewing(clauses: readonly Clause[], entities: Entities, lexicon: Lexicon): string[] | null {
  const odd = clauses.flatMap((clause) => clause.odd);
  const plain = clauses.every(({ act, negated, keep, turn, only, excluded, spans, reasons }) => {
    const said = negated || keep || turn || only || excluded.length + spans.length + reasons.length > 0;
    return act === null && !said;
  });
  if (!plain || odd.length === 0 || !odd.every(({ text }) => RENEWING.test(text))) return null;
  const items = clauses.flatMap((clause) => clause.items);
  if (items.length === 0 || items.some(({ targets }) => targets.length === 0)) return null;
  const meant = new Set(items.flatMap((item) => meantBy(item, entities, lexicon).sets.flatMap((set) => [...set])));
  const { secrets, session } = lexicon;
  const here = [...meant].flatMap((index) => secrets[index] ?? []);
  const fitting = here.filter((secret) => admits(session, secret));
  const names = (fitting.length > 0 ? fitting : here).filter(({ sensitive }) => sensitive).map(({ name }) => name);
  return names.length === 0 ? null : names.slice(0, MOST).map((name) => `ampoule secret set ${name}`);
}

const COMMANDS: Readonly<Record<string, string>> = {
  ...{
    delete: 'secret rm',
    erase: 'secret rm',
    destroy: 'secret destroy',
    rotate: 'secret set',
    renew: 'secret set',
    refresh: 'secret set',
  },
  ...{
    register: 'add',
    store: 'add',
    save: 'add',
    new: 'add',
    'a new': 'add',
    approve: 'approve',
    deny: 'deny',
    end: 'session end',
    close: 'session end',
  },
  ...{
    seal: 'vault seal',
    unseal: 'vault unseal',
    backup: 'vault backup',
    reset: 'sandbox reset',
    rename: 'secret edit',
    edit: 'secret edit',
  },
  ...{
    change: 'secret edit',
    update: 'secret set',
    scan: 'scan',
    leak: 'leak',
    leaked: 'leak',
    rollback: 'secret rollback',
    'roll back': 'secret rollback',
  },
};

/** Says what is not understood, or with which command that is done. */
export function oddQuestion(odd: readonly Label[]): string {
  const [first] = odd;
  const text = (first?.text ?? '').slice(0, 60);
  const other = odd.find(({ is }) => is === 'other');
  const command = COMMANDS[other?.text.toLowerCase() ?? ''];
  if (other !== undefined) {
    const how = command === undefined ? 'ampoule --help' : `ampoule ${command} --help`;
    return `Words activate and deactivate, and nothing else. For "${other.text}": \`${how}\`.`;
  }
  if (first?.is === 'when') return `A change is made at once or not at all. "${text}" leaves that open.`;
  if ((first?.near.length ?? 0) > 1) return `"${text}" could be ${first?.near.slice(0, 6).join(' or ')}.`;
  return `"${text}" is not understood here.`;
}

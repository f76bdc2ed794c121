/** Pages of a list: how many, from where. The cursor is opaque to clients and holds only a key they have seen. */

import { invalid, quote } from './problems.js';
import type { Page, PageRequest } from './types.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

/** Where a page begins: after `after`, or at the start. INVALID_INPUT for a limit or cursor that cannot be. */
export function pageStart(page: PageRequest = {}): { limit: number; after: string | null } {
  const limit = page.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw invalid([{ pointer: 'limit', detail: `${limit} is not a whole number from 1 to ${MAX_LIMIT}` }]);
  }
  return { limit, after: page.cursor === undefined ? null : readCursor(page.cursor) };
}

/** The page from `limit + 1` rows: the surplus one only tells that more follow. */
export function toPage<T>(rows: T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? writeCursor(keyOf(last)) : null };
}

function writeCursor(key: string): string {
  return Buffer.from(`1:${key}`, 'utf8').toString('base64url');
}

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text.startsWith('1:') && writeCursor(text.slice(2)) === cursor) return text.slice(2);
  const detail = `${quote(cursor)} is no cursor of this list`;
  throw invalid([{ pointer: 'cursor', detail }], 'Take `next` of the page before, or leave it out.');
}

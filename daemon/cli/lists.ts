/** Reads lists of the API page by page. Prints nothing. */

import type { List } from './answers.js';
import type { Call } from './client.js';
import { ApiError, usage } from './errors.js';
import type { Invocation } from './invocation.js';

const PAGE = 200;

/** The items of a list, with the body of its last page. `more`: there are others beyond `--limit`. */
export interface Listed<T> {
  items: T[];
  text: string;
  more: boolean;
  /** There are further items that were not wanted. */
  left: boolean;
}

/**
 * With `--json` the one page that was asked for, as the API gave it; otherwise all pages up to `--limit` (or `usual`), or to the
 * first item that is not `wanted`.
 */
export async function list<T>(
  invocation: Invocation,
  path: string,
  query: NonNullable<Call['query']> = {},
  usual = Number.POSITIVE_INFINITY,
  wanted: (item: T) => boolean = () => true,
): Promise<Listed<T>> {
  const { client, options, output } = invocation;
  const limit = options.limit === undefined ? undefined : Number(options.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw usage(`--limit is ${JSON.stringify(options.limit)}. Give a whole number from 1.`);
  }
  if (output.json) {
    const page = await client.request<List<T>>('GET', path, { query: { ...query, limit, cursor: options.cursor } });
    return { items: page.body.items, text: page.text, more: page.body.next !== null, left: false };
  }
  const items: T[] = [];
  const most = limit ?? usual;
  let cursor = options.cursor;
  for (;;) {
    const want = Math.min(PAGE, most - items.length);
    const page = await client.request<List<T>>('GET', path, { query: { ...query, limit: want, cursor } });
    const end = page.body.items.findIndex((item) => !wanted(item));
    if (end !== -1)
      return { items: [...items, ...page.body.items.slice(0, end)], text: page.text, more: false, left: true };
    items.push(...page.body.items);
    cursor = page.body.next ?? undefined;
    if (cursor === undefined || items.length >= most) {
      return { items, text: page.text, more: cursor !== undefined, left: false };
    }
  }
}

/** Says that a list goes on beyond `--limit`. */
export async function tellMore({ output }: Invocation, { more }: { more: boolean }): Promise<void> {
  if (more && !output.json) await output.say('there are more; give a larger --limit.');
}

/** `3 live`, of a list and a state; undefined where the token may not know. */
export async function counted(
  invocation: Invocation,
  path: string,
  query: { state: string; session?: string },
): Promise<string | undefined> {
  try {
    const { items, more } = await list(invocation, path, query);
    return `${items.length} ${query.state}${more ? ' and more' : ''}`;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

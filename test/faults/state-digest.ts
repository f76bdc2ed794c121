/** One digest of all that an operator can see: equal digests, nothing changed. */

import { createHash } from 'node:crypto';
import type { Call } from './actors.js';

/** What moves by itself: clocks of use, and how far the containers have come. */
const MOVING: Record<string, ReadonlySet<string>> = {
  '/v1/secrets': new Set(),
  '/v1/sessions': new Set(['lastUsedAt']),
  '/v1/sandboxes': new Set([
    'state',
    'generation',
    'containerId',
    'image',
    'ports',
    'idleAt',
    'code',
    'reason',
    'notices',
  ]),
  '/v1/requests': new Set(),
  '/v1/connections': new Set(['refreshAt', 'failures', 'problem', 'refreshingSince']),
  '/v1/tokens': new Set(['lastUsedAt']),
};

async function* pages(call: Call, path: string): AsyncGenerator<unknown> {
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await call('GET', `${path}?limit=200${query}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    const page = body as { items: unknown[]; next: string | null };
    yield page.items;
    cursor = page.next;
  } while (cursor !== null);
}

/** Secrets, sessions with their activations, sandboxes, requests, connections, applications, tokens. */
export async function stateDigest(operator: Call): Promise<string> {
  const hash = createHash('sha256');
  for (const [path, moving] of Object.entries(MOVING)) {
    for await (const items of pages(operator, path)) {
      hash.update(JSON.stringify(items, (key, value) => (moving.has(key) ? undefined : value)));
    }
  }
  hash.update(JSON.stringify((await operator('GET', '/v1/oauth/clients')).body));
  return hash.digest('hex');
}

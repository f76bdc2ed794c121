import fc from 'fast-check';
import t from 'tap';
import { pageStart, toPage } from '../../store/paging.js';
import { codeOf, domain, operator } from './domain-fixture.js';

t.test('limits', async (t) => {
  t.same(pageStart(), { limit: 50, after: null });
  t.same(pageStart({ limit: 200 }), { limit: 200, after: null });
  for (const limit of [0, -1, 201, 1.5, Number.NaN])
    t.equal(
      codeOf(() => pageStart({ limit })),
      'INVALID_INPUT',
    );
});

t.test('a cursor leads back to its key; anything else is refused', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      const { next } = toPage([key, 'more'], 1, (row) => row);
      return next !== null && pageStart({ cursor: next }).after === Buffer.from(key, 'utf8').toString('utf8');
    }),
  );
  for (const cursor of ['', 'x', '!', 'MTo', 'MTph=']) t.ok(pageOrRefusal(cursor), cursor);
});

function pageOrRefusal(cursor: string): boolean {
  if (Buffer.from(cursor, 'base64url').toString('utf8') === '1:') return pageStart({ cursor }).after === '';
  return codeOf(() => pageStart({ cursor })) === 'INVALID_INPUT';
}

t.test('pages of a real list join to the whole', async (t) => {
  const v = await domain(t);
  const names = Array.from({ length: 7 }, (_, i) => `KEY_${i}`);
  for (const name of names) v.add(name);
  const seen: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = v.secrets.list(operator, {}, cursor === undefined ? { limit: 3 } : { limit: 3, cursor });
    seen.push(...page.items.map(({ name }) => name));
    cursor = page.next ?? undefined;
    pages += 1;
  } while (cursor !== undefined);
  t.same(seen, names);
  t.equal(pages, 3);
});

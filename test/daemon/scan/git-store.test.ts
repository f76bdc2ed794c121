/** Single objects out of packs and loose files. */

import { deflateSync } from 'node:zlib';
import t from 'tap';
import { eachObject } from '../../../daemon/scan/git-pack.js';
import { ObjectStore } from '../../../daemon/scan/git-store.js';
import { makeInflater } from '../../../daemon/scan/inflate.js';
import { LIMITS } from '../../../daemon/scan/limits.js';
import { deltaOf, packOf } from './packs.js';

const TREE = Buffer.from('100644 a\0aaaaaaaaaaaaaaaaaaaa');

t.test('whole ones, deltas by offset and id, loose ones', async (t) => {
  const store = new ObjectStore(LIMITS, makeInflater(LIMITS));
  const pack = packOf([
    { type: 'tree', content: TREE },
    { type: 'ofs', base: 0, content: deltaOf(TREE.length, '100644 b', [8, TREE.length - 8]) },
    { type: 'ofs', base: 1, content: deltaOf(TREE.length, '100644 c', [8, TREE.length - 8]) },
    { type: 'blob', content: TREE },
  ]);
  const ids = new Map<string, string>();
  const options = { limits: LIMITS, inflater: makeInflater(LIMITS), skipped: () => {} };
  eachObject(pack, null, options, ({ id, type, content, offset }) => {
    store.put(id, { pack, offset });
    ids.set(`${type} ${content.toString('latin1', 7, 8)}`, id);
  });
  for (const [what, id] of ids) {
    const read = store.read(id, 'tree');
    if (what.startsWith('blob')) t.equal(read, null, 'of another type');
    else t.equal(read?.toString('latin1', 7, 8), what.slice(-1));
  }
  t.equal(ids.size, 4);
  store.put('loose', { loose: deflateSync(Buffer.concat([Buffer.from(`tree ${TREE.length}\0`), TREE])) });
  t.equal(store.read('loose', 'tree')?.length, TREE.length);
  t.equal(store.read('loose', 'blob'), null);
  store.put('broken', { loose: Buffer.from('broken') });
  store.put('beyond', { pack, offset: pack.length + 5 });
  for (const id of ['broken', 'beyond', 'absent']) t.equal(store.read(id, 'tree'), null);
});

/** Tokens that are good for one connection. */

import { Socket } from 'node:net';
import t from 'tap';
import { StreamTokens } from '../../../sandbox/link/tokens.js';

t.test('a token opens once', async (t) => {
  const tokens = new StreamTokens();
  const one = tokens.give();
  const other = tokens.give();
  t.equal(one.bytes.length, 16);
  t.notSame(one.bytes, other.bytes);
  const socket = new Socket();
  t.equal(tokens.take(Buffer.alloc(16), socket), false);
  t.equal(tokens.take(Buffer.from(one.bytes), socket), true);
  t.equal(await one.socket, socket);
  t.equal(tokens.take(one.bytes, socket), false, 'used');
  other.drop();
  t.equal(tokens.take(other.bytes, socket), false, 'dropped');
  const last = tokens.give();
  tokens.close();
  t.equal(tokens.take(last.bytes, socket), false);
});

/** Values on their way into an environment. */

import t from 'tap';
import { openValues } from '../../../sandbox/container/values.js';
import { held } from '../wishes.js';

t.test('text comes byte for byte, and the bytes are wiped', async (t) => {
  const text = '\uFEFFline\n"quoted" \'single\' $HOME ü 🔑=\t';
  const bytes = Buffer.from(text);
  const value = { ...held('TOKEN'), open: () => bytes };
  const opened = openValues([value]);
  t.equal(opened.get('TOKEN'), text, 'a byte order mark stays, too');
  t.ok(bytes.every((byte) => byte === 0));
});

t.test('what an environment cannot carry is refused by name, and wiped', async (t) => {
  for (const bytes of [Uint8Array.of(0xc3, 0x28), Uint8Array.of(0x61, 0, 0x62), Uint8Array.of(0xff)]) {
    const copy = new Uint8Array(bytes);
    t.throws(() => openValues([held('OTHER'), { ...held('BIN'), open: () => copy }]), {
      code: 'VALUE_NOT_UTF8',
      message: /BIN .*ampoule secret set BIN/,
    });
    t.ok(copy.every((byte) => byte === 0));
  }
});

t.test('a vault that was sealed meanwhile gives nothing', async (t) => {
  const open = () => {
    throw Object.assign(new Error('sealed'), { code: 'VAULT_SEALED' });
  };
  t.throws(() => openValues([{ ...held('TOKEN'), open }]), { code: 'WISH_SEALED', retry: true });
  const broken = () => {
    throw new Error('unreadable');
  };
  t.throws(() => openValues([{ ...held('TOKEN'), open: broken }]), { message: 'unreadable' });
});

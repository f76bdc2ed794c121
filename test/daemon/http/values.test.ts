import t from 'tap';
import { bytesOf, newValueOf, utf8Of, wipe } from '../../../daemon/http/values.js';

t.test('exactly one form', async (t) => {
  t.same(newValueOf({ value: 'ö' }), { plain: new Uint8Array([0xc3, 0xb6]) });
  t.same(newValueOf({ base64: '/wA=' }), { plain: new Uint8Array([0xff, 0]) });
  t.same(newValueOf({ sealedValue: 'AAAA' }), { sealed: new Uint8Array(3) });
  t.same(newValueOf({ value: '' }), { plain: new Uint8Array(0) });
  t.throws(() => newValueOf({}), { code: 'INVALID_INPUT', message: /missing/ });
  t.throws(() => newValueOf({ value: 'a', base64: 'AAAA' }), { code: 'INVALID_INPUT', message: /more than one/ });
});

t.test('nothing is altered on the way: what cannot be kept is refused', async (t) => {
  t.throws(() => utf8Of('a\ud800b', '/value'), { code: 'INVALID_INPUT', problems: [{ pointer: '/value' }] });
  t.equal(Buffer.from(utf8Of('😀', '/value')).toString(), '😀');
  for (const text of ['AAA', 'AA==A', '/w==\n', 'AB==', '=']) {
    t.throws(() => bytesOf(text, '/base64'), { code: 'INVALID_INPUT', problems: [{ pointer: '/base64' }] }, text);
  }
});

t.test('plain bytes are wiped', async (t) => {
  const value = newValueOf({ value: 'secret' });
  wipe(value);
  t.same(value, { plain: new Uint8Array(6) });
});

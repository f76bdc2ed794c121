import t from 'tap';
import { makeDigests } from '../../../daemon/doctor/digests.js';

t.test('the same bytes have the same digest, within one diagnosis alone', async (t) => {
  const [one, two] = [makeDigests(), makeDigests()];
  const bytes = Buffer.from('a value');
  t.equal(one.of(bytes), one.of(Buffer.from('a value')));
  t.not(one.of(bytes), one.of(Buffer.from('a valuf')));
  t.not(one.of(bytes), two.of(bytes), 'the key is of the moment');
  t.equal(bytes.toString(), 'a value', 'whoever has the bytes wipes them');
  const given = Buffer.from('a value');
  t.equal(
    one.opened(() => given),
    one.of(bytes),
  );
  t.ok(
    given.every((byte) => byte === 0),
    'what was opened for it is wiped',
  );
  one.end();
  t.throws(() => one.of(bytes), /wiped/);
  two.end();
});

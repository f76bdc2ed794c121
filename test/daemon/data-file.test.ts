import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Type } from 'typebox';
import { dataReader } from '../../daemon/data-file.js';

t.test('what fits is given, of what does not the place is named', async (t) => {
  const read = dataReader(Type.Object({ name: Type.String(), more: Type.Object({}, { additionalProperties: false }) }));
  const file = join(t.testdir(), 'one.json');
  const reading = (text: string) => () => {
    writeFileSync(file, text);
    return read(file, (what) => new Error(`wrong: ${what}`));
  };
  t.same(reading('{"name": "a", "more": {}}')(), { name: 'a', more: {} });
  t.throws(reading('{'), { message: 'wrong: it is not JSON' });
  t.throws(reading('{"name": 1, "more": {}}'), { message: 'wrong: /name must be string' });
  t.throws(reading('{"name": "a", "more": {"x": 1}}'), { message: /^wrong: \/more\/x must NOT have additional/ });
  t.throws(reading('[]'), { message: 'wrong: it must be object' });
  t.throws(() => read(join(file, 'none'), (what) => new Error(what)), { message: 'it is not JSON' });
});

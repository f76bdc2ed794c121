import { Ajv } from 'ajv';
import t from 'tap';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import { Provider } from '../../../daemon/providers/provider.js';

t.test('the schema is one that a strict validator takes', async (t) => {
  const check = new Ajv({ strictTypes: false, strictTuples: false }).compile(Provider);
  for (const provider of readCatalogue(null).list()) t.ok(check(provider), provider.id);
  t.notOk(check({ id: 'acme' }));
});

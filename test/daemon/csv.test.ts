import t from 'tap';
import { csvLine } from '../../daemon/csv.js';

t.test('fields are quoted where they have to be, and are no formulas', async (t) => {
  t.equal(csvLine(['a', 1, null, 'b']), 'a,1,,b\r\n');
  t.equal(csvLine(['say "hi"', 'a,b', 'a\nb']), '"say ""hi""","a,b","a\nb"\r\n');
  for (const text of ['=1+1', '+1', '-1', '@x', '\tx']) t.match(csvLine([text]), `'${text}`);
});

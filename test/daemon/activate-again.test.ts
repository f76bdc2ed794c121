import t from 'tap';
import { activateAgain } from '../../daemon/activate-again.js';

t.test('those with their own variables together, each other one by itself', (t) => {
  t.same(activateAgain('dev', []), []);
  const rows = [{ name: 'A@x', as: 'A_2' }, { name: 'A@y', as: null }, { name: 'B' }];
  const together = { names: 'A@y, B', command: 'ampoule activate A@y B --session dev' };
  const apart = { names: 'A@x (as A_2)', command: 'ampoule activate A@x --as A_2 --session dev' };
  t.same(activateAgain('dev', rows), [together, apart]);
  t.same(activateAgain('dev', rows.slice(0, 1)), [apart]);
  t.end();
});

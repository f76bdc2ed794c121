import t from 'tap';
import { EnvironmentBody } from '../../../../daemon/http/schemas/environment.js';
import { wrongIn } from './fits.js';

t.test('which command the values are for', async (t) => {
  t.same(wrongIn(EnvironmentBody, { host: 'laptop', pid: 1, command: ['npm', 'test'], only: ['tag:x'] }), []);
  t.same(wrongIn(EnvironmentBody, { host: 'laptop', command: 'npm test' }), []);
  for (const more of [{ host: '' }, { pid: 0 }, { only: [] }, { as: {} }, { command: [] }])
    t.ok(wrongIn(EnvironmentBody, { host: 'laptop', command: 'x', ...more }).length > 0, JSON.stringify(more));
});

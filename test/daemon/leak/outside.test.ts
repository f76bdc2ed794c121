import t from 'tap';
import { outsideAnswer, outsideSentences, runsOutside } from '../../../daemon/leak/outside.js';
import type { LocalCommand } from '../../../store/index.js';

const COMMAND: LocalCommand = {
  ...{ id: 'loc_1', session: 'ses_1', host: 'laptop', pid: 7, command: 'npm test', holds: [], givenTo: 'operator:me' },
  ...{ since: Date.UTC(2030, 0, 1), until: null, unknown: false },
};

t.test('where it is and what is known of its end', async (t) => {
  t.same(outsideSentences([]), []);
  t.same(outsideSentences([COMMAND, { ...COMMAND, pid: null, unknown: true }]), [
    '`npm test` (process 7 on laptop), which was given it at 2030-01-01T00:00:00.000Z: nobody said that it ended. End it there.',
    '`npm test` (on laptop), which was given it at 2030-01-01T00:00:00.000Z: whether it ended is unknown. End it there.',
  ]);
  const many = outsideSentences(Array.from({ length: 23 }, () => COMMAND));
  t.equal(many.length, 21);
  t.match(many.at(-1), /^3 more/);
});

t.test('as the API shows it, and whether it may run', (t) => {
  t.same(outsideAnswer(COMMAND, 'dev'), {
    ...{ session: 'dev', host: 'laptop', pid: 7, command: 'npm test' },
    ...{ since: '2030-01-01T00:00:00.000Z', until: null, unknown: false },
  });
  t.equal(runsOutside(COMMAND), true);
  t.equal(runsOutside({ ...COMMAND, unknown: true }), false);
  t.equal(runsOutside({ ...COMMAND, until: 1 }), false);
  t.end();
});

/** What people hear of a probe. */

import t from 'tap';
import { SandboxError } from '../../../sandbox/errors.js';
import { probeFilter, probeLabels, wordsFor } from '../../../sandbox/memory/probe-words.js';

t.test('each reason says what was tried and what to do', async (t) => {
  const failed = Object.assign(new Error('its program did not connect'), { name: 'ProbeFailed' });
  t.match(
    wordsFor(failed, false),
    /ampoule-init was tried, and its program did not connect\. See that AMPOULE_RUN_DIR/,
  );
  const refused = new SandboxError('ENGINE_REFUSED', 'No. Do this.');
  t.match(wordsFor(refused, false), /Docker did not do it: No\. Do this\. Sandboxes use env/);
  t.match(wordsFor(failed, true), /no answer in time.*`docker info`/);
  const foreign = wordsFor(new Error('a value perhaps'), false);
  t.notMatch(foreign, /a value/);
  t.match(foreign, /unexpectedly/);
});

t.test('its container is known by a label of its own, and is no sandbox’s', async (t) => {
  t.same(probeFilter('vlt_1'), [Object.entries(probeLabels('vlt_1'))[0]?.join('=')]);
  t.notMatch(Object.keys(probeLabels('vlt_1')), /sandbox|dev\.ampoule\.vault/);
});

/** What a person is told to do, with and without a provider that is known. */

import t from 'tap';
import { rotationOf } from '../../../daemon/leak/rotation.js';

const guide = (word: string) => ({ page: `https://example.org/${word}`, steps: [`${word} it`] });

t.test('the steps of the provider, or general ones, and the command', async (t) => {
  const known = rotationOf({ name: 'T@work', provider: 'github' }, () => ({
    revoke: guide('revoke'),
    rotate: guide('rotate'),
  }));
  t.same(known, {
    ...{ revoke: ['revoke it'], revokePage: 'https://example.org/revoke' },
    ...{ rotate: ['rotate it'], rotatePage: 'https://example.org/rotate', command: 'ampoule secret set T@work' },
  });
  t.match(
    rotationOf({ name: 'T', provider: 'acme' }, () => null),
    { revoke: [/at acme/], revokePage: null },
  );
  t.match(
    rotationOf({ name: 'T', provider: null }, () => t.fail('nobody to ask') as never),
    { rotate: [/whoever gave it out/] },
  );
});

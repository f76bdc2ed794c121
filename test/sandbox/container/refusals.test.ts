/** Refusals of plans say what to do. */

import t from 'tap';
import { missing, SEALED, taken } from '../../../sandbox/container/refusals.js';

t.test('each names the way out', async (t) => {
  t.match(SEALED, { code: 'WISH_SEALED', retry: true, message: /`ampoule vault unseal`/ });
  t.match(taken('ampoule-box'), {
    code: 'CONTAINER_NAME_TAKEN',
    retry: false,
    message: /`docker rename ampoule-box OTHER`/,
  });
  t.match(missing('acme/app:1'), { code: 'IMAGE_NOT_FOUND', retry: false, message: /`docker pull acme\/app:1`/ });
});

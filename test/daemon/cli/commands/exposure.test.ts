import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { list } from '../samples.js';

t.test('who holds what, and held it', async (t) => {
  const one = {
    ...{ variable: 'KEY', secret: 'KEY@work', version: 2, container: 'c', confirmedBy: null },
    ...{ holder: { id: 'main-1', kind: 'main', pid: 7, program: 'node' } },
    ...{ since: '2030-01-01T00:00:00.000Z', until: null },
  };
  const other = { ...one, holder: null, until: '2030-01-01T00:00:05.000Z' };
  const api = await playApi(t, {
    'GET /v1/sandboxes/box/exposure': { json: list<object>(one, other) },
    'GET /v1/sandboxes/past/exposure': { json: list<object>(other) },
    'GET /v1/sandboxes/empty/exposure': { json: list() },
  });
  const now = await cli(api, ['exposure', 'box']);
  t.match(now, { code: 0, err: /what was held before is left out\. Run `ampoule exposure box --all`/ });
  t.match(now.out, /now\n$/);
  t.notMatch(now.out, /the container/);
  t.match((await cli(api, ['exposure', 'box', '--json'])).out, /"until":"2030.*\n$/, 'the API’s answer as it is');
  t.match(await cli(api, ['exposure', 'past']), { code: 0, out: 'Nothing is held in it.\n', err: /--all/ });
  const { code, out, err } = await cli(api, ['exposure', 'box', '--all']);
  t.match({ code, err }, { code: 0, err: '' });
  t.match(out, /KEY +KEY@work +v2 +node \(main-1, pid 7\) +2030\S* \S+ +now\n/);
  t.match(out, /the container/);
  t.match(await cli(api, ['exposure', 'empty']), { code: 0, out: 'Nothing was given to it.\n' });
});

import t from 'tap';
import { cli, playApi } from '../played-api.js';

t.test('a new data key, and what is there under it', async (t) => {
  const answers = [
    { json: { keyId: 2 } },
    { json: { keyId: 3, left: 0, unreadable: 0 } },
    { status: 202, json: { keyId: 4, left: 70, unreadable: 0 } },
    { json: { keyId: 5, left: 1, unreadable: 1 } },
  ];
  const api = await playApi(t, { 'POST /v1/vault/rotate': () => answers.shift() ?? {} });
  t.match(await cli(api, ['vault', 'rotate']), {
    ...{ code: 0, out: 'New values are encrypted under data key 2 from now on.\n', err: '' },
  });
  t.match(await cli(api, ['vault', 'rotate', '--reencrypt', '--wait', '60s']), {
    ...{ code: 0, out: 'All values are encrypted under data key 3.\n', err: '' },
  });
  t.match(await cli(api, ['vault', 'rotate', '--reencrypt']), {
    code: 125,
    err: /70 values are still under older keys/,
  });
  t.match(await cli(api, ['vault', 'rotate', '--reencrypt']), { code: 0, err: /1 values were altered/ });
  t.match(
    api.asked.map(({ json, query }) => ({ json, query })),
    [{ json: { reencrypt: false } }, { json: { reencrypt: true }, query: { wait: '60s' } }, {}, {}],
  );
});

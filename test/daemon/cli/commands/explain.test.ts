import t from 'tap';
import { cli, playApi } from '../played-api.js';

const at = '2030-01-01T00:00:00.000Z';
const why = {
  code: 'NOT_ACTIVE',
  what: 'B is not active in dev.',
  todo: 'Activate it: `ampoule activate B`.',
  command: null,
};
const holder = {
  ...{ secret: 'KEY@work', id: 'sec_1', variable: 'KEY', version: 2, as: 'env', active: true, expiresAt: null },
  ...{ elsewhere: ['other'], why: null, activated: { by: 'operator:ada', at, request: 'req_1', until: null } },
};
const other = { ...holder, secret: 'B', active: false, activated: null, elsewhere: [], why };
const place = { name: 'box', secret: 'KEY@work', version: 2, variable: 'KEY', since: at, beside: ['image', 'own'] };
const session = { id: 'ses_1', name: 'dev', environment: null, generation: 1 };

t.test('where it comes from, and who else wants it', async (t) => {
  const sandboxes = [
    place,
    { ...place, name: 'two', secret: null, variable: 'MINE', beside: ['image'] },
    { ...place, name: 'three', secret: null, variable: null, beside: [] },
  ];
  const json = { variable: 'KEY', session, has: 'KEY@work', secrets: [holder, other], sandboxes, why: null };
  const api = await playApi(t, { 'GET /v1/sessions/dev/explain/KEY': { json } });
  const { code, out } = await cli(api, ['explain', 'KEY', '-s', 'dev', '-b', 'box']);
  t.equal(code, 0);
  t.match(
    out,
    /^KEY +KEY@work, version 2\nsession +dev\nactivated by +operator:ada\nat +2030-01-01 00:00:00\nby request +req_1\n/,
  );
  t.match(out, /\nuntil +it is deactivated\nactive also in +other\n/);
  t.match(out, /\nB +KEY +B is not active in dev\.\n/);
  t.match(out, /\nbox +KEY@work, version 2 +2030\S* \S+ +the image's, the sandbox's own\n/);
  t.match(out, /\ntwo +no: there it is MINE .*nothing; it is the image's\n/);
  t.match(out, /\nthree +no: outside its ceiling/);
  t.same(api.asked[0]?.query, { sandbox: 'box' });
  t.equal((await cli(api, ['explain', 'KEY', '-s', 'dev', '--json'])).out, `${JSON.stringify(json)}\n`);
});

t.test('why it is not there', async (t) => {
  const json = { variable: 'B', session, has: null, secrets: [other], sandboxes: [place], why: null };
  const none = {
    ...json,
    variable: 'X',
    secrets: [],
    why: { ...why, code: 'NOT_REGISTERED', what: 'No secret has X.' },
  };
  const api = await playApi(t, {
    'GET /v1/sessions/dev/explain/B': { json },
    'GET /v1/sessions/dev/explain/X': { json: none },
  });
  t.match(await cli(api, ['explain', 'B', '-s', 'dev']), {
    ...{
      code: 125,
      out: 'Nothing gives B to dev.\nB is not active in dev. [NOT_ACTIVE]\nActivate it: `ampoule activate B`.\n',
    },
  });
  t.match(await cli(api, ['explain', 'X', '-s', 'dev']), { code: 125, out: /No secret has X\. \[NOT_REGISTERED\]/ });
  t.match(await cli(api, ['explain', 'A', 'B', '-s', 'dev']), { code: 2 });
});

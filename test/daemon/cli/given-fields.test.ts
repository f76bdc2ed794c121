import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cli, playApi } from './played-api.js';
import { APPLIED, PROVIDER, SECRET } from './samples.js';

const DONE = { provider: 'mailgun', items: [SECRET], created: [], rotated: [], ...APPLIED };
const played = {
  'GET /v1/providers/mailgun': { json: PROVIDER },
  'POST /v1/providers/mailgun/register': { status: 201, json: DONE },
};

t.test('values from files, and what is no secret as it stands', async (t) => {
  const api = await playApi(t, played);
  const dir = t.testdir({ key: 'hunter2\n', json: '{}\n' });
  const argv = ['add', 'mailgun', '--field', 'MAILGUN_API_KEY=@key', '--field', 'MAILGUN_DOMAIN=mg.acme.example'];
  const { code, err } = await cli(api, [...argv, '--field', `MAILGUN_FILE=@${join(dir, 'json')}`], { cwd: dir });
  t.equal(code, 0, err);
  t.same(api.asked[1]?.json, {
    fields: { MAILGUN_API_KEY: 'hunter2', MAILGUN_DOMAIN: 'mg.acme.example', MAILGUN_FILE: '{}\n' },
  });
});

t.test('those of the environment; the variable of a file holds its path', async (t) => {
  const api = await playApi(t, played);
  const dir = t.testdir({});
  writeFileSync(join(dir, 'x'), Buffer.from([0xff]));
  const env = { MAILGUN_API_KEY: 'hunter2', MAILGUN_FILE: join(dir, 'x'), MAILGUN_DOMAIN: '' };
  t.match(await cli(api, ['add', 'mailgun', '--from-env'], { env }), { code: 0 });
  t.same(api.asked[1]?.json, { fields: { MAILGUN_API_KEY: 'hunter2', MAILGUN_FILE: { base64: '/w==' } } });
});

t.test('what cannot be taken is said, without a value, and nothing is sent', async (t) => {
  const api = await playApi(t, played);
  const cases: [argv: string[], options: object, said: RegExp][] = [
    [['--field', 'MAILGUN_API_KEY=hunter2'], {}, /MAILGUN_API_KEY is never an argument.*--field MAILGUN_API_KEY=@FILE/],
    [['--field', 'OTHER=hunter2'], {}, /mailgun has MAILGUN_API_KEY, .*Run `ampoule providers mailgun`/],
    [['--field', 'MAILGUN_API_KEY=@/nowhere'], {}, /The file for MAILGUN_API_KEY cannot be read/],
    [['--from-env'], {}, /None of MAILGUN_API_KEY, .* is in the environment/],
    [['--from-env'], { env: { MAILGUN_FILE: '/nowhere' } }, /The file that MAILGUN_FILE names cannot be read/],
    [[], { stdin: 'OTHER=hunter2\n' }, /no such variable as was given/],
    [[], { stdin: 'hunter2\n' }, /no such variable as was given/],
    [[], { stdin: '# nothing\n' }, /Nothing was given\. Pipe in lines such as MAILGUN_API_KEY=…/],
  ];
  for (const [argv, options, said] of cases) {
    const ran = await cli(api, ['add', 'mailgun', ...argv], options);
    t.match(ran, { code: 2, err: said });
    t.notMatch(ran.err, /hunter2/);
  }
  t.equal(api.asked.filter(({ method }) => method === 'POST').length, 0);
});

import t from 'tap';
import { cli, playApi } from './played-api.js';
import { APPLIED } from './samples.js';
import { typed } from './typed.js';

t.test('at a terminal what cannot be undone is asked for', async (t) => {
  const api = await playApi(t, {
    'DELETE /v1/secrets/GITHUB_TOKEN%40work': { json: APPLIED },
    'DELETE /v1/secrets/GITHUB_TOKEN%40work/versions/2': { json: APPLIED },
  });
  const ask = (keys: string, ...argv: string[]) => typed(api.socket, ['secret', ...argv], { at: '[y/N] ', keys });
  for (const keys of ['n\r', '\r', 'yen\r', '\u0004']) {
    const { code, shown } = await ask(keys, 'rm', 'GITHUB_TOKEN@work');
    t.equal(code, 130, shown);
    t.match(shown, /Delete GITHUB_TOKEN@work and all its values for good\? \[y\/N\]/);
    t.match(shown, /Nothing was changed\..*--yes/);
  }
  const interrupted = await ask('\u0003', 'destroy', 'GITHUB_TOKEN@work', '2');
  t.equal(interrupted.code, 130, interrupted.shown);
  t.match(interrupted.shown, /Destroy the value of version 2 of GITHUB_TOKEN@work for good\?/);
  t.same(api.asked, [], 'nothing was asked of the daemon');

  t.match(await ask('y\r', 'rm', 'GITHUB_TOKEN@work'), { code: 0, shown: /is deleted/ });
  t.match(await ask('Yes\r', 'destroy', 'GITHUB_TOKEN@work', '2'), { code: 0, shown: /is destroyed/ });
  const unasked = await ask('', 'rm', 'GITHUB_TOKEN@work', '--yes');
  t.match(unasked, { code: 0, shown: /is deleted/ });
  t.notMatch(unasked.shown, /y\/N/);
  t.equal(api.asked.length, 3);
});

t.test('who could not see the question has to say yes beforehand; a script is not asked', async (t) => {
  const api = await playApi(t, { 'DELETE /v1/secrets/GITHUB_TOKEN%40work': { json: APPLIED } });
  const remove = ['secret', 'rm', 'GITHUB_TOKEN@work'];
  const unseen = await cli(api, remove, { terminal: { stdin: true } });
  t.match(unseen, { code: 2, err: /standard error is no terminal\. Give --yes\./ });
  t.same(api.asked, []);
  t.match(await cli(api, [...remove, '--yes'], { terminal: { stdin: true } }), { code: 0, out: /is deleted/ });
  t.match(await cli(api, remove), { code: 0, out: /is deleted/ });
});

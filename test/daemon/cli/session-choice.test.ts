import t from 'tap';
import { cli, type PlayedApi, playApi } from './played-api.js';
import { list, SESSION } from './samples.js';

const live = (...names: string[]) => ({ json: list(...names.map((name) => ({ ...SESSION, name }))) });
const tables = {
  'GET /v1/sessions/flag/secrets': { json: list() },
  'GET /v1/sessions/variable/secrets': { json: list() },
  'GET /v1/sessions/file/secrets': { json: list() },
  'GET /v1/sessions/only/secrets': { json: list() },
};
const last = (api: PlayedApi): string | undefined => api.asked.at(-1)?.path;

t.test('flag, then variable, then the nearest .ampoule.json, then the only live one', async (t) => {
  const api = await playApi(t, { ...tables, 'GET /v1/sessions': live('only') });
  const cwd = t.testdir({ '.ampoule.json': '{"session": "file"}' });
  const env = { AMPOULE_SESSION: 'variable' };
  const asks = async (argv: string[], options: { cwd?: string; env?: Record<string, string> }) => {
    t.match(await cli(api, argv, options), { code: 0 });
    return last(api);
  };
  t.equal(await asks(['secrets', '--session', 'flag'], { cwd, env }), '/v1/sessions/flag/secrets');
  t.equal(await asks(['secrets'], { cwd, env }), '/v1/sessions/variable/secrets');
  t.equal(await asks(['secrets'], { cwd }), '/v1/sessions/file/secrets');
  t.equal(await asks(['secrets'], {}), '/v1/sessions/only/secrets');
  t.equal(
    api.asked.filter(({ path }) => path === '/v1/sessions').length,
    1,
    'the list is asked for only where it has to be',
  );
});

t.test('more than one: an error that lists them', async (t) => {
  const api = await playApi(t, { 'GET /v1/sessions': live('dev', 'release') });
  const { code, err } = await cli(api, ['activate', 'A']);
  t.equal(code, 2);
  t.match(err, /Live are dev, release\. Give one with --session, AMPOULE_SESSION, or `ampoule use dev`/);
  t.equal(api.asked.length, 1, 'nothing was changed');
});

t.test('none: an error that says how to open one', async (t) => {
  const api = await playApi(t, { 'GET /v1/sessions': live() });
  t.match(await cli(api, ['secrets']), { code: 2, err: /no live session.*`ampoule session new dev`/ });
});

import t from 'tap';
import { cli, playApi } from './played-api.js';
import { SANDBOX } from './samples.js';

/** What a launch says in any case. */
const QUIET = /^(ampoule: .*\n)?$/;

t.test('a main process that ended at once is told of, with what it wrote', async (t) => {
  const ended = { ...SANDBOX, state: 'restarting', exitCode: 9, reason: 'Its main process ended with 9.' };
  const logs = '{"stream":"stdout","data":"began\\n"}\n{"stream":"stderr","data":"no such table\\n"}\n';
  const api = await playApi(t, {
    'POST /v1/sandboxes': { status: 201, json: SANDBOX },
    'GET /v1/sandboxes/box': { json: ended },
    'GET /v1/sandboxes/box/logs': { text: logs, type: 'application/x-ndjson' },
  });
  t.match(await cli(api, ['sandbox', 'run', '-s', 'dev', 'x', '--', 'serve']), {
    code: 125,
    out: /^state +restarting: Its main process ended with 9\.\nexit code +9$/m,
    err: /box is restarting: Its main process ended with 9\.\nbegan\nno such table\n$/,
  });
  const runs = await playApi(t, {
    'POST /v1/sandboxes': { status: 201, json: SANDBOX },
    'GET /v1/sandboxes/box': { json: SANDBOX },
  });
  t.match(await cli(runs, ['sandbox', 'run', '-s', 'dev', 'x', '--', 'serve']), { code: 0, err: QUIET });
  t.match(await cli(runs, ['sandbox', 'run', '-s', 'dev', 'x']), { code: 0, err: QUIET });
  t.match(await cli(runs, ['sandbox', 'run', '-s', 'dev', 'x', '--json', '--', 'serve']), { code: 0, err: QUIET });
  t.equal(runs.asked.filter(({ method }) => method === 'GET').length, 1, 'asked only where it can have ended');
  const gone = await playApi(t, { 'POST /v1/sandboxes': { status: 201, json: SANDBOX } });
  const launched = { code: 0, out: /^state +running$/m, err: QUIET };
  t.match(await cli(gone, ['sandbox', 'run', '-s', 'dev', 'x', '--', 'serve']), launched);
});

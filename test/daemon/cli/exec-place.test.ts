import t from 'tap';
import { Client } from '../../../daemon/cli/client.js';
import { sandboxOfExec } from '../../../daemon/cli/exec-place.js';
import type { Invocation } from '../../../daemon/cli/invocation.js';
import { playApi, problem } from './played-api.js';
import { list, SANDBOX } from './samples.js';

t.test('a command is found by its id, on whatever page its sandbox is', async (t) => {
  const named = (name: string) => ({ ...SANDBOX, id: `sbx_${name}`, name });
  const api = await playApi(t, {
    'GET /v1/sandboxes': ({ query }) => ({
      json:
        query.session === 'dev' || query.cursor === 'more'
          ? list(named('web'))
          : { ...list(named('gone'), named('box')), next: 'more' },
    }),
    'GET /v1/sandboxes/sbx_gone/execs/exe_1': problem(404, 'SANDBOX_NOT_FOUND', 'Gone.'),
    'GET /v1/sandboxes/sbx_box/execs/exe_1': problem(404, 'EXEC_NOT_FOUND', 'Not here.'),
    'GET /v1/sandboxes/sbx_web/execs/exe_1': { json: { execId: 'exe_1' } },
    'GET /v1/sandboxes/sbx_gone/execs/exe_2': problem(503, 'ENGINE_UNREACHABLE', 'Docker does not answer.'),
    'GET /v1/sandboxes/sbx_web/execs/exe_3': problem(404, 'EXEC_NOT_FOUND', 'Not here.'),
  });
  const client = new Client({ kind: 'unix', path: api.socket }, null);
  const find = (exec: string, options: object = {}) =>
    sandboxOfExec({ client, options } as unknown as Invocation, exec);
  t.equal(await find('exe_1', { sandbox: 'box' }), 'box');
  t.equal(api.asked.length, 0, 'what is named is not looked for');
  t.equal(await find('exe_1'), 'sbx_web');
  t.equal(await find('exe_1', { session: 'dev' }), 'sbx_web');
  await t.rejects(find('exe_2'), { code: 'ENGINE_UNREACHABLE' });
  await t.rejects(find('exe_3', { session: 'dev' }), {
    code: 'EXEC_NOT_FOUND',
    exit: 125,
    message: /exe_3 runs in a sandbox of the session dev.*`ampoule execs ls`/,
  });
});

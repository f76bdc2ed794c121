import t from 'tap';
import { cli, playApi } from './played-api.js';

const ndjson = (...records: unknown[]) => ({
  type: 'application/x-ndjson',
  text: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
});

t.test('both streams, bytes that are no UTF-8, and records of a later version', async (t) => {
  const api = await playApi(t, {
    'POST /v1/sandboxes/box/exec': ndjson(
      { stream: 'stdout', data: 'é\n' },
      { stream: 'stderr', data: 'warning\n' },
      { hello: 'later' },
      { stream: 'stdout', base64: '/wAK' },
      { exit: { code: 0 } },
    ),
  });
  const { code, bytes, err } = await cli(api, ['exec', '-b', 'box', '--', 'cat']);
  t.equal(code, 0);
  t.same(bytes, Buffer.concat([Buffer.from('é\n'), Buffer.from([0xff, 0, 0x0a])]));
  t.equal(err, 'warning\n');
  t.match(api.asked[0]?.headers, { accept: 'application/x-ndjson' });
});

t.test('with --json logs are the records', async (t) => {
  const api = await playApi(t, { 'GET /v1/sandboxes/box/logs': ndjson({ stream: 'stderr', data: 'x' }) });
  const { code, out, err } = await cli(api, ['sandbox', 'logs', 'box', '--json']);
  t.equal(code, 0);
  t.equal(out, '{"stream":"stderr","data":"x"}\n');
  t.equal(err, '');
});

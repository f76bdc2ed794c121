import { createServer } from 'node:http';
import t from 'tap';
import { apiAt } from '../../../daemon/quickstart/api.js';

t.test('sends bytes as they are and all else as JSON, with the token', async (t) => {
  const seen: { method: string | undefined; type: string | undefined; token: string | undefined; body: string }[] = [];
  const server = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { authorization, 'content-type': type } = incoming.headers;
    seen.push({ method: incoming.method, type, token: authorization, body: Buffer.concat(chunks).toString('latin1') });
    answer.statusCode = incoming.url === '/bad' ? 409 : 200;
    answer.end(incoming.url === '/bad' ? '{"detail":"Do this."}' : '{"yes":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const api = apiAt(`http://127.0.0.1:${port}`, 'amp_op_x');

  t.same(await api.call('PUT', '/a', Buffer.from([0xff, 0x00])), { status: 200, body: { yes: true } });
  t.same(await api.must('POST', '/b', { c: 1 }), { yes: true });
  t.same(await api.must('DELETE', '/c'), { yes: true });
  await t.rejects(api.must('PUT', '/bad'), /PUT \/bad answered 409: Do this\./);
  t.equal(await api.tryGet('/healthz'), 200);
  t.equal(await apiAt('http://127.0.0.1:1', '').tryGet('/healthz'), null);
  t.match(seen, [
    { method: 'PUT', type: 'application/octet-stream', token: 'Bearer amp_op_x', body: '\xff\x00' },
    { method: 'POST', type: 'application/json', body: '{"c":1}' },
    { method: 'DELETE', type: undefined, body: '' },
  ]);
});

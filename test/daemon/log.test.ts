import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createLog } from '../../daemon/log.js';

function lines(level: Parameters<typeof createLog>[0]) {
  const written: string[] = [];
  return { written, log: createLog(level, { write: (line) => written.push(line) }) };
}

t.test('allowed fields are written', async (t) => {
  const { written, log } = lines('info');
  log.info('request', { method: 'GET', route: '/v1/secrets/:name', status: 200, ms: 1.5 });
  t.match(JSON.parse(written[0] ?? ''), {
    level: 'info',
    msg: 'request',
    method: 'GET',
    route: '/v1/secrets/:name',
    status: 200,
    ms: 1.5,
  });
});

t.test('whatever else is handed over does not exist', async (t) => {
  const { written, log } = lines('trace');
  const canary = 'canary-7d1f';
  const fields = { value: canary, err: new Error(canary), env: { TOKEN: canary }, status: canary, code: { canary } };
  for (const say of [log.debug, log.info, log.warn, log.error]) {
    say('message', fields as never);
    say('message', Object.create({ code: canary }));
    say('message', { code: 'X', toJSON: () => canary } as never);
  }
  t.equal(written.length, 12);
  t.notMatch(written.join(''), /canary/);
});

t.test('a long text is cut', async (t) => {
  const { written, log } = lines('info');
  log.info('message', { cause: 'x'.repeat(10_000) });
  t.ok((written[0] ?? '').length < 400);
});

t.test('below the level nothing is written', async (t) => {
  const { written, log } = lines('warn');
  log.info('message');
  log.warn('message');
  t.equal(written.length, 1);
});

t.test('messages are constants: no source puts something into one', async (t) => {
  const calls: string[] = [];
  for (const layer of ['store', 'sandbox', 'daemon']) {
    const files = readdirSync(layer, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    for (const file of files) {
      const source = readFileSync(join(layer, file), 'utf8');
      for (const [, first = ''] of source.matchAll(/\blog\.(?:debug|info|warn|error)\(\s*('[^']*'|[^,)]*)/g)) {
        calls.push(`${layer}/${file}: ${first}`);
      }
    }
  }
  t.ok(calls.length > 0, 'the search finds calls');
  t.same(
    calls.filter((call) => !/: '[^']*'$/.test(call) && !/: message$/.test(call)),
    [],
  );
});

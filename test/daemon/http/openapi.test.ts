import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { ACCESS } from '../../../daemon/http/access.js';
import { world } from './fixture.js';

t.test('the document passes the linter, and has each route of the access table', { timeout: 120_000 }, async (t) => {
  const w = await world(t);
  const { status, json } = await w.as(null)('GET', '/openapi.json');
  t.equal(status, 200);
  t.equal(json.openapi, '3.1.0');
  const described = Object.entries(json.paths as Record<string, Record<string, Record<string, unknown>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        operation,
      })),
  );
  t.same(described.map(({ route }) => route).sort(), Object.keys(ACCESS).sort());
  for (const { route, operation } of described) {
    const access = ACCESS[route as keyof typeof ACCESS];
    t.same(operation['x-ampoule-tokens'] ?? 'open', access, `${route} says who may call it`);
    const responses = operation.responses as Record<string, { content: object }>;
    t.ok(responses['500']?.content && 'application/problem+json' in responses['500'].content, `${route} has problems`);
    t.ok(
      Object.keys(responses).some((code) => code.startsWith('2') || code === '101'),
      `${route} has an answer`,
    );
  }

  const file = join(t.testdir(), 'openapi.json');
  writeFileSync(file, JSON.stringify(json));
  const redocly = join(import.meta.dirname, '../../../node_modules/.bin/redocly');
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' };
  const lint = await promisify(execFile)(
    redocly,
    ['lint', '--max-problems=50', '--skip-rule=operation-2xx-response', file],
    {
      env,
      cwd: t.testdirName,
    },
  ).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error) => ({ code: Number(error.code), text: `${error.stdout}${error.stderr}` }),
  );
  t.equal(lint.code, 0, lint.text);
  t.match(lint.text, /Your API description is valid/);
  t.notMatch(lint.text, /You have \d+ warning/);
});

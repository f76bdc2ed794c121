import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { SAMPLES } from '../fixtures/samples.js';
import type { Call } from './actors.js';
import { columns } from './caller-columns.js';
import { stateDigest } from './state-digest.js';

const FILE = new URL('../fixtures/authorization.json', import.meta.url);
/** Routes whose own tests show who may call them: they need no token, stream, need a command that runs, or end everything. */
const ELSEWHERE = [
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /oauth/start/:ticket',
  'GET /oauth/callback',
  'GET /v1/events',
  'GET /v1/sandboxes/:sandbox/execs/:exec',
  'DELETE /v1/sandboxes/:sandbox/execs/:exec',
  'GET /v1/sandboxes/:sandbox/execs/:exec/attach',
  'GET /v1/sandboxes/:sandbox/terminal',
  'POST /v1/scan',
  'POST /v1/panic',
];
/** Allowed calls that change nothing that a list shows: they read, run a command, or set what is already so. */
const WITHOUT_TRACE =
  /^GET |reveal$|scan$|exec$|environment|terminal$|backup$|POST \/v1\/vault\/unseal|POST \/v1\/vault\/rekey|POST \/v1\/vault\/rotate|POST \/v1\/vault\/seal/;

interface Matrix {
  columns: string[];
  rows: Record<string, number[]>;
}

t.test('every route answers every kind of caller as the matrix says', { timeout: 1_200_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const daemon = await startDaemon({
    engine,
    // As behind a proxy: signing in with a browser is possible.
    env: { AMPOULE_PUBLIC_URL: 'http://127.0.0.1:7433' },
  });
  t.teardown(() => daemon.remove());
  const matrix: Matrix = JSON.parse(readFileSync(FILE, 'utf8'));

  let serial = 0;
  const callWith =
    (token: string | null): Call =>
    (method, path, body, options) =>
      daemon.api(method, path, body, { ...options, token });
  const operator = callWith(daemon.token);
  const unique = (prefix: string): string => {
    serial += 1;
    // Other tests make the same things on the same engine.
    return `${prefix}a${serial}`;
  };
  const cast = await columns({
    callWith,
    operator,
    unique,
    directory: daemon.dir,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  t.same(
    cast.map((column) => column.name),
    matrix.columns,
    'columns',
  );

  const served = Object.entries((await daemon.ok('GET', '/openapi.json')).paths as Record<string, object>).flatMap(
    ([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  t.same([...Object.keys(SAMPLES), ...ELSEWHERE].sort(), served.sort(), 'each route of the daemon is in the matrix');

  const found: Matrix['rows'] = {};
  // Sealing goes last, for a sealed vault refuses what the other rows need.
  const routes = Object.keys(SAMPLES).sort((a, b) => Number(a.endsWith('/seal')) - Number(b.endsWith('/seal')));
  for (const route of routes) {
    const [method = ''] = route.split(' ');
    const row: number[] = [];
    for (const column of cast) {
      const request = await SAMPLES[route]?.(column.maker);
      if (request === undefined) throw new Error(route);
      const before = await stateDigest(operator);
      const answer = await callWith(column.token)(method, request.path, request.body, {
        headers: request.headers ?? {},
      });
      const after = await stateDigest(operator);
      row.push(answer.status);
      const label = `${route} as ${column.name}: ${answer.status}`;
      if (answer.status >= 400) t.equal(after, before, `${label} leaves everything as it was`);
      else if (!WITHOUT_TRACE.test(route)) t.not(after, before, `${label} has its effect`);
      if (route.endsWith('/seal') && answer.status === 200) await daemon.ok('POST', '/v1/vault/unseal', {});
    }
    found[route] = row;
    t.same(row, matrix.rows[route] ?? [], `${route} for ${matrix.columns.join(', ')}`);
  }
  if (process.env.AMPOULE_WRITE_MATRIX === '1') {
    const lines = Object.entries(found).map(([route, row]) => `    ${JSON.stringify(route)}: ${JSON.stringify(row)}`);
    writeFileSync(
      FILE,
      `{\n  "columns": ${JSON.stringify(matrix.columns)},\n  "rows": {\n${lines.join(',\n')}\n  }\n}\n`,
    );
  }
});

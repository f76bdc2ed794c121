import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { observe } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';

t.test('a value is nowhere but where it was asked to be', { timeout: 600_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const daemon = await startDaemon({ engine, env: { AMPOULE_LOG_LEVEL: 'trace' } });
  t.teardown(() => daemon.remove());
  const { ok, api, dir } = daemon;
  const values: Record<string, string> = {};
  for (let n = 0; n < 10; n++)
    values[`KEY_CANARY_${n}`] = `canary/${n}+"quoted"\n${Math.random().toString(36).slice(2)}-end`;

  for (const [name, value] of Object.entries(values)) await ok('POST', '/v1/secrets', { name, value });
  const names = Object.keys(values);
  const box = { network: 'none', delivery: 'env', idle: 'never', grace: '0s' };
  await ok('POST', '/v1/sandboxes?wait=60s', {
    ...box,
    name: 'canary',
    session: { name: 'canary', idle: 'never' },
    secrets: names.map((name) => ({ name })),
  });
  t.ok(
    (await observe(values, { engine })).length >= names.length,
    'positive control: with env delivery Docker shows them while they are active',
  );

  // Every way in which a value could slip out: echoes, refusals, conflicts, wrong types, wrong places.
  const answers: string[] = [];
  const keep = async (...request: Parameters<typeof api>): Promise<void> => {
    answers.push((await api(...request)).bytes.toString());
  };
  const [first = '', second = ''] = names;
  const value = values[first] ?? '';
  await keep('POST', '/v1/sandboxes/canary/exec', {
    command: `printf %s "$${first}"; env; printf %s "$${first}" | base64`,
  });
  await keep('POST', '/v1/sandboxes/canary/exec', { command: ['sh', '-c', 'exit 3'], stdin: value });
  await keep('POST', '/v1/secrets', { name: first, value });
  await keep('POST', '/v1/secrets', { name: 'bad name', value });
  await keep('POST', '/v1/secrets', { name: 'KEY_X', value: [value] });
  await keep('POST', '/v1/secrets', { name: 'KEY_X', value, surplus: value });
  await keep('PUT', `/v1/secrets/${first}/value?unknown=1`, { value });
  await keep('PUT', `/v1/secrets/${first}/value`, undefined, { raw: value, headers: { 'content-type': 'text/plain' } });
  await keep('PUT', `/v1/secrets/${first}/value`, undefined, {
    raw: `{"value": ${JSON.stringify(value)}`,
    headers: { 'content-type': 'application/json' },
  });
  await keep('PUT', `/v1/secrets/${first}/value`, undefined, {
    raw: `value=${encodeURIComponent(value)}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await keep('PUT', `/v1/secrets/${first}/value?wait=60s`, undefined, {
    raw: values[second] ?? '',
    headers: { 'content-type': 'application/octet-stream' },
  });
  for (const path of [
    '/v1/secrets',
    '/v1/audit?limit=200',
    '/openapi.json',
    '/metrics',
    '/v1/sandboxes',
    '/v1/sessions',
  ]) {
    await keep('GET', path);
  }
  await keep('GET', '/v1/sandboxes/canary/logs');
  const backup = await api('POST', '/v1/vault/backup');
  t.equal(backup.status, 200);
  writeFileSync(`${dir}/backup`, backup.bytes);
  await ok('DELETE', `/v1/secrets/${first}?force=true&wait=60s`);
  await ok('DELETE', '/v1/sandboxes/canary?wait=60s');

  writeFileSync(`${dir}/answers`, answers.join('\n'));
  t.ok(readFileSync(daemon.logFile, 'utf8').length > 500, 'there is a log');
  t.same(await observe(values, { processes: false, paths: [dir] }), [], 'log, database, WAL, backup, answers: none');
  t.same(
    await observe(values, { except: [process.pid, daemon.pid], engine }),
    [],
    'processes and Docker: none, once deactivated',
  );
  writeFileSync(`${dir}/planted`, Buffer.from(value).toString('base64'));
  t.ok((await observe(values, { processes: false, paths: [dir] })).length > 0, 'the same look finds a planted one');
});

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildApp } from '../../../../daemon/http/app.js';
import { world } from '../fixture.js';

t.test('the copy comes as a file, holds no plaintext, and leaves nothing behind', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY-IN-BACKUP' });
  const before = readdirSync(w.config.dataDir).sort();
  const answer = await w.app.inject({
    method: 'POST',
    url: '/v1/vault/backup',
    headers: { host: '127.0.0.1:7433', authorization: `Bearer ${w.token}` },
  });
  t.equal(answer.statusCode, 200);
  t.match(answer.headers, {
    'content-type': 'application/octet-stream',
    'content-disposition': /^attachment; filename="ampoule-\d{4}-\d\d-\d\d\.backup"$/,
    'content-length': String(answer.rawPayload.length),
  });
  t.ok(answer.rawPayload.subarray(0, 15).equals(Buffer.from('SQLite format 3')));
  t.ok(answer.rawPayload.includes('A_KEY'), 'names are readable in it');
  t.notOk(answer.rawPayload.includes('CANARY-IN-BACKUP'));
  t.same(readdirSync(w.config.dataDir).sort(), before);
});

t.test('what a killed process left of a copy is removed at the next start', async (t) => {
  const w = await world(t);
  const before = readdirSync(w.config.dataDir).sort();
  for (const end of ['', '.part', '.part-journal'])
    writeFileSync(join(w.config.dataDir, `backup-01M858C5C5Z3V09Q2YA6EBD7KF.tmp${end}`), 'x');
  const again = await buildApp(w.parts);
  await again.close();
  t.same(readdirSync(w.config.dataDir).sort(), before);
});

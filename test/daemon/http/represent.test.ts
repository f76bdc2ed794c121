import t from 'tap';
import {
  auditAnswer,
  etagOf,
  secretAnswer,
  sessionAnswer,
  toggleAnswer,
  tokenAnswer,
  versionAnswer,
} from '../../../daemon/http/represent.js';
import { world } from './fixture.js';

t.test('rows as the API shows them', async (t) => {
  const w = await world(t);
  const daemon = { kind: 'daemon' } as const;
  const secret = w.vault.secrets.create(
    daemon,
    { name: 'A_KEY@work', tags: ['x'], rotateEvery: 7 * 86_400_000, expiresAt: Date.UTC(2099, 0, 1) },
    { plain: Buffer.from('CANARY') },
  );
  const shown = secretAnswer(secret);
  t.match(shown, { name: 'A_KEY@work', rotateEvery: '7d', expiresAt: '2099-01-01T00:00:00.000Z', deletedAt: null });
  t.match(shown.createdAt, /^\d{4}-\d\d-\d\dT.*Z$/);
  t.notMatch(JSON.stringify(shown), /CANARY/);
  const stored = w.vault.secrets.versions(daemon, secret.id)[0]?.createdAt ?? 0;
  const at = (days: number) => {
    const { due, dueSoon } = secretAnswer(secret, stored + days * 86_400_000);
    return { due, dueSoon };
  };
  t.same(at(6), { due: false, dueSoon: false });
  t.same(at(6.5), { due: false, dueSoon: true }, 'a tenth of the interval before');
  t.same(at(7), { due: true, dueSoon: false });
  t.match(versionAnswer(w.vault.secrets.versions(daemon, secret.id)[0] as never), {
    version: 1,
    size: 6,
    destroyedAt: null,
  });

  const session = w.vault.sessions.create(daemon, { name: 'dev', ttl: 3_600_000 });
  t.match(sessionAnswer(session), { name: 'dev', idle: '24h', until: /Z$/, endedAt: null });
  t.equal(etagOf({ generation: 17 }), '"g17"');

  const [row] = w.vault.activations.table(daemon, 'dev').items;
  const toggle = toggleAnswer(row as never);
  t.same(Object.keys(toggle).sort(), [
    'account',
    'active',
    'env',
    'environment',
    'followers',
    'lapsed',
    'name',
    'provider',
    'secret',
    'sensitive',
    'tags',
    'version',
  ]);
  t.match(toggleAnswer({ ...(row as never as object), as: 'B', until: 0, conflictsWith: ['C'] } as never), {
    as: 'B',
    until: '1970-01-01T00:00:00.000Z',
    conflictsWith: ['C'],
  });

  const { token, secret: plain } = w.vault.tokens.create(daemon, { kind: 'metrics', name: 'm', ttl: 1000 });
  t.notOk('token' in tokenAnswer(token));
  t.match(tokenAnswer(token, plain), { token: plain, expiresAt: /Z$/, revokedAt: null });
  const [entry] = w.vault.audit.list(daemon, {}, { limit: 1 }).items;
  t.match(auditAnswer(entry as never), { action: 'token.create', at: /Z$/ });
});

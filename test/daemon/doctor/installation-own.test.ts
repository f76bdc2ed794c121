import t from 'tap';
import type { PlaceFacts } from '../../../daemon/doctor/installation-facts.js';
import { audit, auditWords, placed, sandboxes, vault } from '../../../daemon/doctor/installation-own.js';
import { installation, KEY } from './sample-installation.js';

t.test('files: there, closed, and the daemon’s own', async (t) => {
  const of = (more: Partial<PlaceFacts>) => placed(installation(), { ...KEY, ...more });
  t.same(of({}), []);
  t.same(of({ mode: 0o400 }), []);
  t.match(of({ mode: 0o640 }), [
    { code: 'PLACE_OPEN', what: /mode 0640/, command: 'chmod 0600 /etc/ampoule/vault.key' },
  ]);
  t.match(of({ mode: 0o755, kind: 'directory', path: '/d' }), [{ code: 'PLACE_OPEN', command: 'chmod 0700 /d' }]);
  t.match(of({ uid: 1000 }), [
    { code: 'PLACE_OWNER', what: /belongs to user 1000/, command: 'chown 0 /etc/ampoule/vault.key' },
  ]);
  t.match(of({ mode: null, uid: null }), [{ code: 'PLACE_MISSING', what: /^The key file .* is not there/ }]);
  t.same(of({ mode: null, uid: null, needed: false }), []);
});

t.test('vault and audit', async (t) => {
  t.same(vault(installation()), []);
  t.match(vault(installation({ sealed: true })), [{ code: 'VAULT_SEALED' }]);
  t.match(vault(installation({ unrecorded: 3 })), [{ code: 'UNRECORDED', what: /3 revocations/ }]);
  const broken = installation({ audit: { entries: 9, checked: true, problem: 'entry 4: altered' } });
  t.match(audit(broken), [{ code: 'AUDIT_BROKEN', what: /entry 4: altered/ }]);
  t.match(auditWords(broken), /does not hold/);
  const many = installation({ audit: { entries: 1e6, checked: false, problem: null } });
  t.match(audit(many), [{ code: 'AUDIT_UNCHECKED', severity: 'note' }]);
  t.match(auditWords(many), /not checked/);
});

t.test('sandboxes that are not as they should be', async (t) => {
  const unwell = [
    { name: 'a', state: 'failed', reason: 'No image.', reached: 0, wanted: 1 },
    { name: 'b', state: 'running', reason: null, reached: 3, wanted: 4 },
  ];
  t.match(sandboxes(installation({ sandboxes: { live: 2, unwell } })), [
    { code: 'SANDBOX_FAILED', sandbox: 'a', what: 'a is failed: No image.' },
    { code: 'SANDBOX_STALE', sandbox: 'b', what: 'b has generation 3 of 4.', command: 'ampoule sandbox show b' },
  ]);
});

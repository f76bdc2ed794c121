import t from 'tap';
import { HEADINGS } from '../../../daemon/doctor/causes.js';
import { diagnose } from '../../../daemon/doctor/diagnose.js';
import type { LiveFacts } from '../../../daemon/doctor/live-facts.js';
import { ABSENT, claim, facts, GITHUB, GOOD_VALUE, NOW, sandbox, variable } from './sample-facts.js';

const outcomes = ({ looked }: ReturnType<typeof diagnose>) => looked.map(({ outcome }) => outcome);

t.test('nothing wrong: what was looked into, and what takes more', async (t) => {
  const said = diagnose(facts());
  t.same(said.findings, []);
  t.same(
    said.looked.map(({ title }) => title),
    Object.values(HEADINGS),
  );
  t.same(outcomes(said), ['nothing', 'partly', 'partly', 'partly']);
  t.match(said.looked[1]?.said, /`ampoule doctor TOKEN --live --session dev`/);
});

t.test('findings of all kinds, worst first', async (t) => {
  const value = { ...GOOD_VALUE, statedExpiry: NOW - 1 };
  const given = facts({
    claims: [claim({ of: GITHUB, value, rotateEvery: 1 })],
    sandboxes: [sandbox({ variables: [variable({ fresh: ABSENT })] })],
  });
  const said = diagnose(given);
  t.same(
    said.findings.map(({ code }) => code),
    ['NOT_DELIVERED', 'TOKEN_EXPIRED', 'ROTATION_DUE', 'LEAST_SCOPES'],
  );
  t.same(outcomes(said), ['found', 'partly', 'found', 'partly'], 'a note is no trouble');
});

t.test('sealed', async (t) => {
  t.match(diagnose(facts({ sealed: true })).findings, [{ code: 'VAULT_SEALED', command: 'ampoule vault unseal' }]);
  t.same(
    diagnose(facts({ sealed: true, variable: null, claims: [], sandboxes: [] })).findings.map(({ code }) => code),
    ['VAULT_SEALED', 'NOTHING_ACTIVE'],
    'also where nothing is active: what is advised there would be refused',
  );
});

t.test('a provider that takes the value answers two questions', async (t) => {
  const live: LiveFacts = {
    ...{ provider: 'github', account: 'work', secrets: ['TOKEN@work'], outcome: 'works', status: 200 },
    ...{ why: null, scopes: null, clockAhead: null },
  };
  t.same(outcomes(diagnose(facts({ live: [live] }))), ['nothing', 'nothing', 'nothing', 'partly']);
  t.same(outcomes(diagnose(facts({ live: [{ ...live, outcome: 'unreachable' }] }))), [
    'found',
    'partly',
    'partly',
    'partly',
  ]);
});

/** What a caller hears of a scan, and that there is one at a time. */

import t from 'tap';
import { makeScanService, type ScanHooks } from '../../../daemon/scan/service.js';
import type { Report } from '../../../daemon/scan/words.js';
import { type ScanValue, StoreError } from '../../../store/index.js';
import { settings } from '../../store/domain-fixture.js';

const operator = { kind: 'operator' as const, token: 'tok_1' as const, name: 'me' };
const hooks: ScanHooks = { signal: new AbortController().signal };
const REPORT: Report = {
  findings: [],
  scanned: { files: 1, bytes: 2, objects: 3, skipped: [], skippedTotal: 0 },
  complete: true,
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

function service(values: Partial<ScanValue>[], run: Parameters<typeof makeScanService>[2]) {
  const found: object[] = [];
  const full = values.map((value, at) => ({
    ...{
      secret: `sec_${at}` as const,
      name: `S${at}`,
      version: 1,
      current: true,
      told: true,
      open: () => Buffer.from(`value-${at}`),
    },
    ...value,
  }));
  const sandbox = { id: 'sbx_1', name: 'box', settings: settings() };
  const scans = {
    ofSandbox: () => ({ sandbox, values: full }) as never,
    ofStream: () => ({ values: full }),
    found: (_caller: unknown, of: string | null, detail: object) => void found.push({ of, ...detail }),
  };
  const workspace = async () => ({ base: 'workspace', stream: nothing() });
  return { scan: makeScanService({ scans }, workspace, run), found };
}

const finding = (secret: string) => ({
  ...{ secret, version: 1, current: true, encoding: 'raw' as const, in: 'content' as const, path: 'a', line: 1 },
  ...{ offset: 0, count: 1, git: null },
});

t.test('names within the bounds, numbers beyond them', async (t) => {
  const { scan, found } = service([{}, { told: false }], async (_stream, { targets, base }) => {
    t.same(
      targets.map(({ secret }) => secret),
      ['S0', '(another secret)'],
    );
    t.equal(base, 'workspace');
    return {
      report: { ...REPORT, findings: [finding('S0'), finding('(another secret)')] },
      short: [
        { secret: '(another secret)', version: 1 },
        { secret: 'S0', version: 1 },
      ],
    };
  });
  const answer = await scan.ofSandbox(operator, 'box', hooks);
  t.match(answer, { others: 1, findings: [{ secret: 'S0' }], notSearched: [{ secret: 'S0', reason: 'short' }] });
  t.equal(answer.findings.length, 1);
  t.equal(answer.notSearched.length, 1);
  t.same(found, [{ of: 'sbx_1', names: ['S0'], findings: 2, complete: true }]);
});

t.test('an altered value is left out, a sealed vault ends it and nothing stays', async (t) => {
  const unreadable = () => {
    throw new StoreError('VALUE_UNREADABLE', 'altered');
  };
  const one = service([{}, { open: unreadable }], async () => ({ report: REPORT, short: [] }));
  t.match(await one.scan.ofStream(operator, nothing(), hooks), {
    ...{ notSearched: [{ secret: 'S1', reason: 'unreadable' }], complete: false },
  });
  const value = Buffer.from('opened before');
  const sealed = () => {
    throw new StoreError('VAULT_SEALED', 'sealed');
  };
  const two = service([{ open: () => value }, { open: sealed }], async () => ({ report: REPORT, short: [] }));
  await t.rejects(two.scan.ofStream(operator, nothing(), hooks), { code: 'VAULT_SEALED' });
  t.ok(value.every((byte) => byte === 0));
});

t.test('one at a time, and the next after it, however it ended', async (t) => {
  let end = (_error: Error | null): void => {};
  const { scan } = service(
    [],
    () =>
      new Promise((resolve, reject) => {
        end = (error) => (error === null ? resolve({ report: REPORT, short: [] }) : reject(error));
      }),
  );
  const first = scan.ofStream(operator, nothing(), hooks);
  await t.rejects(scan.ofSandbox(operator, 'box', hooks), { code: 'SCAN_RUNNING', headers: { 'retry-after': '5' } });
  end(new Error('broke'));
  await t.rejects(first, /broke/);
  const second = scan.ofStream(operator, nothing(), hooks);
  end(null);
  t.match(await second, { complete: true });
});

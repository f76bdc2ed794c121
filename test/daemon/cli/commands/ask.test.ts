import t from 'tap';
import { type Asked, cli, type Played, playApi, type Script } from '../played-api.js';
import { APPLIED, REQUEST } from '../samples.js';
import { typed } from '../typed.js';

const ASK = 'POST /v1/sessions/dev/ask';
const APPROVE = `POST /v1/requests/${REQUEST.id}/approve`;
const TAKE_BACK = `DELETE /v1/requests/${REQUEST.id}`;
const CHANGE = {
  ...{ understood: 'Activate A_KEY, B_KEY in dev for 1h.', action: 'activate', names: ['A_KEY', 'B_KEY'], ttl: '1h' },
  ...{ requestId: REQUEST.id, mayApprove: true, notices: ['Nothing is changed before you approve it.'] },
};
const UNSURE = {
  ...{ understood: 'It is not certain what is meant.', action: null, names: [], notices: [] },
  ...{ question: 'Which one?', choices: ['activate A_KEY', "activate B_KEY's\u001b[2J"] },
};
const APPROVED = { request: { ...REQUEST, state: 'approved' }, ...APPLIED };
/** What is asked back first, and understood when it is chosen. */
const choosing = ({ json }: Asked): Played =>
  (json as { text: string }).text === 'activate A_KEY' ? { status: 201, json: CHANGE } : { json: UNSURE };
const changing = (more: object = {}): Script => ({
  [ASK]: { status: 201, json: { ...CHANGE, ...more } },
  [APPROVE]: { json: APPROVED },
  [TAKE_BACK]: { json: REQUEST },
});
const steps = (asked: Asked[]): string[] => asked.map(({ method, path }) => `${method} ${path}`);

t.test('where nobody is asked, a change waits', async (t) => {
  const api = await playApi(t, changing());
  t.match(await cli(api, ['ask', '-s', 'dev', 'activate', 'aws', 'for', '1h']), {
    code: 0,
    out: `Activate A_KEY, B_KEY in dev for 1h.\nIt waits as ${REQUEST.id}.\n`,
    err: /Nothing is changed before you approve it/,
  });
  t.same(api.asked[0]?.json, { text: 'activate aws for 1h' });
  const json = await cli(api, ['ask', '-s', 'dev', 'activate aws', '--json'], {
    terminal: { stdin: true, stderr: true },
  });
  t.same(JSON.parse(json.out), CHANGE);
  t.same(steps(api.asked), [ASK, ASK], 'nothing was approved');
});

t.test('--yes approves what is understood', async (t) => {
  const api = await playApi(t, changing({ acrossEnvironments: true }));
  t.match(await cli(api, ['ask', '-s', 'dev', 'activate aws', '--yes', '--wait', '5s']), {
    code: 0,
    out: /^Approved: activate A_KEY, B_KEY, across environments, in dev for 1h \(generation/,
  });
  t.same(steps(api.asked), [ASK, APPROVE]);
  t.same([api.asked[1]?.json, api.asked[1]?.query.wait], [{}, '5s']);
});

t.test('whoever may not approve is told who does, with --yes as well', async (t) => {
  const api = await playApi(t, changing({ mayApprove: false, notices: ['A person decides.'] }));
  for (const more of [[], ['--yes']])
    t.match(await cli(api, ['ask', '-s', 'dev', 'activate aws', ...more]), {
      code: 0,
      out: /It waits as req_/,
      err: /A person decides/,
    });
  t.match(await typed(api.socket, ['ask', '-s', 'dev', 'activate aws']), { code: 0, shown: /A person decides/ });
  t.same(steps(api.asked), [ASK, ASK, ASK]);
});

t.test('a person at a terminal is asked, and what they refuse is taken back', async (t) => {
  const no = await playApi(t, changing());
  const refused = await typed(no.socket, ['ask', '-s', 'dev', 'activate aws'], { at: '[y/N] ', keys: '\r' });
  t.match(refused, { code: 130, shown: /Activate A_KEY, B_KEY in dev for 1h\? \[y\/N\]/ });
  t.same(steps(no.asked), [ASK, TAKE_BACK]);
  const yes = await playApi(t, changing());
  const argv = ['ask', '-s', 'dev', 'activate aws'];
  t.match(await typed(yes.socket, argv, { at: '[y/N] ', keys: 'y\r' }), { code: 0, shown: /Approved: activate A_KEY/ });
  t.same(steps(yes.asked), [ASK, APPROVE]);
  const waits = await playApi(t, { ...changing(), [ASK]: { status: 200, json: CHANGE } });
  t.match(await typed(waits.socket, argv, { at: '[y/N] ', keys: 'n\r' }), { code: 130 });
  t.same(steps(waits.asked), [ASK], 'one that waited before stays');
});

t.test('choices are numbered at a terminal', async (t) => {
  const script = { ...changing(), [ASK]: choosing };
  const argv = ['ask', '-s', 'dev', 'activate the key'];
  const api = await playApi(t, script);
  const chosen = await typed(api.socket, argv, { at: 'none) ', keys: '1\r' }, { at: '[y/N] ', keys: 'y\r' });
  t.match(chosen, {
    code: 0,
    shown: /Which one\?\r\n {2}1 {2}activate A_KEY\r\n {2}2 {2}activate B_KEY's\\x1b\[2J\r\n.*Which, 1 to 2\?/,
  });
  t.same(
    api.asked.map(({ json }) => json),
    [{ text: 'activate the key' }, { text: 'activate A_KEY' }, {}],
  );
  for (const [keys, code] of [
    ['\r', 130],
    ['3\r', 2],
    ['1.5\r', 2],
  ] as const) {
    const other = await playApi(t, script);
    t.match(
      await typed(other.socket, argv, { at: 'none) ', keys }),
      { code, shown: /Nothing was changed/ },
      JSON.stringify(keys),
    );
    t.same(steps(other.asked), [ASK]);
  }
});

t.test('asked back where nobody is: the choices as commands, and exit code 2', async (t) => {
  const api = await playApi(t, { [ASK]: { json: UNSURE } });
  const { code, out } = await cli(api, ['ask', '-s', 'dev', 'activate the key', '--yes']);
  t.equal(code, 2);
  t.equal(
    out,
    `It is not certain what is meant.\nWhich one?\n  ampoule ask 'activate A_KEY'\n  ampoule ask 'activate B_KEY'\\''s\\x1b[2J'\n`,
  );
  t.match(await cli(api, ['ask', '-s', 'dev', 'x', '--json'], { terminal: { stdin: true, stderr: true } }), {
    code: 2,
    out: /"choices"/,
  });
  const refusal = { understood: 'Nothing is to be activated.', action: null, names: [], notices: [] };
  t.match(await cli(await playApi(t, { [ASK]: { json: refusal } }), ['ask', '-s', 'dev', "don't"]), {
    code: 0,
    out: /^Nothing is to be/,
  });
});

t.test('answers: what is active, and what to run', async (t) => {
  const listed = {
    ...{ understood: 'What of dev is active in dev.', action: 'list', names: ['A_KEY'], notices: ['A notice.'] },
    secrets: [
      { name: 'A_KEY', active: true, as: 'A', until: '2026-03-01T14:00:00.000Z' },
      { name: 'B_KEY', active: false },
    ],
    commands: ['ampoule secrets --session dev'],
  };
  const api = await playApi(t, { [ASK]: { json: listed } });
  t.match(await cli(api, ['ask', '-s', 'dev', 'what is on?']), {
    code: 0,
    out: /^What of dev.*\nNAME +ACTIVE +AS +UNTIL\nA_KEY +active +A +2026-03-01.*\nB_KEY +no.*\n {2}ampoule secrets --session dev\n$/,
    err: /A notice/,
  });
  t.match(await cli(api, ['ask', '-s', 'dev']), { code: 2, err: /words/ });
});

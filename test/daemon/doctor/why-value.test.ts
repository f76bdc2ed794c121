import t, { type Test } from 'tap';
import type { ClaimFacts, Facts, UrlFacts } from '../../../daemon/doctor/facts.js';
import { whyValue } from '../../../daemon/doctor/why-value.js';
import type { ShapeProblem } from '../../../daemon/providers/shape.js';
import { claim, DAY, facts, GITHUB, GOOD_VALUE, NOW, sandbox, variable } from './sample-facts.js';

const of = (more: Partial<ClaimFacts>, rest: Partial<Facts> = {}) =>
  whyValue(facts({ claims: [claim(more)], ...rest }));
const one = (t: Test, found: ReturnType<typeof whyValue>, cause: string, say: RegExp) => {
  t.equal(found.length, 1, `${cause} alone`);
  t.equal(found[0]?.code, cause);
  t.match(`${found[0]?.what} ${found[0]?.todo}`, say, cause);
};

t.test('all is well, and what is not active is not judged', async (t) => {
  t.same(whyValue(facts()), []);
  const bad = { ...GOOD_VALUE, crlf: true };
  t.same(of({ active: false, value: bad }), []);
  t.same(of({ value: null }), [], 'nor what was not looked at');
});

t.test('slips on the way from a page to here', async (t) => {
  const slip = (kind: ShapeProblem['kind'], detail: string) =>
    of({ value: { ...GOOD_VALUE, problems: [{ kind, detail }] }, of: GITHUB });
  one(
    t,
    slip('newline', 'ends with a newline'),
    'VALUE_NEWLINE',
    /TOKEN@work ends with a newline.*`ampoule secret set TOKEN@work`/,
  );
  one(t, slip('spaces', 'begins or ends with a space'), 'VALUE_SPACES', /begins or ends/);
  one(t, slip('quotes', 'has quotes around it'), 'VALUE_QUOTES', /quotes/);
  one(t, slip('assignment', 'begins with the variable'), 'VALUE_ASSIGNMENT', /begins with the variable/);
  one(t, slip('placeholder', 'is a placeholder'), 'VALUE_PLACEHOLDER', /placeholder/);
  one(t, slip('empty', 'is empty'), 'VALUE_EMPTY', /empty/);
  one(t, slip('text', 'is no UTF-8 text'), 'VALUE_NOT_TEXT', /UTF-8/);
  one(t, slip('shape', 'is not a token'), 'VALUE_SHAPE', /is not a token.*https:\/\/github\.example\/formats/);
  one(t, slip('json', 'is not JSON'), 'VALUE_SHAPE', /is not JSON/);
  one(t, of({ value: { ...GOOD_VALUE, crlf: true } }), 'VALUE_CRLF', /CR and LF/);
});

t.test('URLs', async (t) => {
  const url = (more: Partial<UrlFacts>) =>
    of({
      value: { ...GOOD_VALUE, url: { scheme: 'postgres', local: false, unescaped: false, ...more } },
      of: { ...GITHUB, name: 'MySQL', schemes: ['mysql'] },
    });
  one(t, url({}), 'URL_SCHEME', /begins with postgres:\/\/, and MySQL wants mysql:\/\//);
  one(t, url({ scheme: 'mysql', local: true }), 'URL_LOCALHOST', /the sandbox itself/);
  one(t, url({ scheme: 'mysql', unescaped: true }), 'URL_UNESCAPED', /percent-encoded/);
  t.same(url({ scheme: 'mysql' }), []);
  t.same(url({ scheme: null, local: true }), [], 'a page on localhost may be meant');
});

t.test('time', async (t) => {
  one(t, of({ value: { ...GOOD_VALUE, statedExpiry: NOW - 1 } }), 'TOKEN_EXPIRED', /says of itself that it expired/);
  one(t, of({ value: { ...GOOD_VALUE, statedExpiry: NOW + DAY } }), 'EXPIRES_SOON', /2030-01-02/);
  one(t, of({ expiresAt: NOW + DAY, of: GITHUB }), 'EXPIRES_SOON', /https:\/\/github\.example\/rotate/);
  t.same(of({ expiresAt: NOW + 30 * DAY }), []);
  one(t, of({ rotateEvery: DAY / 2 }), 'ROTATION_DUE', /was to be rotated/);
  t.same(of({ rotateEvery: 2 * DAY }), []);
});

t.test('partners', async (t) => {
  const aws = { ...GITHUB, id: 'aws', needs: [['ID'], ['A', 'B']] };
  const known = (name: string, account: string | null, active: boolean) => ({
    ...{ name: `${name}@${account}`, variable: name, provider: 'aws', account, environment: null, active },
  });
  const missing = (all: ReturnType<typeof known>[], more: Partial<Facts> = {}) =>
    of({ of: aws }, { known: all, ...more });
  const rest = known('B', 'work', true);
  one(t, missing([rest]), 'PARTNER_MISSING', /without ID.*`ampoule secret add ID@work --provider aws`/);
  one(t, missing([rest, known('ID', 'work', false)]), 'PARTNER_MISSING', /`ampoule activate ID@work --session dev`/);
  one(
    t,
    missing([rest, known('ID', 'home', true)]),
    'PARTNER_DIFFERS',
    /ID@home, which is of another account.*secret add ID@work/,
  );
  const both = [rest, known('ID', 'home', true), known('ID', 'work', false)];
  one(t, missing(both), 'PARTNER_DIFFERS', /`ampoule deactivate ID@home --session dev`\) and activate ID@work/);
  t.same(missing([rest, known('ID', 'work', true)]), [], 'of alternatives one is enough');
  const own = sandbox({ variables: [variable({ variable: 'ID', secret: null, inOwn: true })] });
  t.same(missing([rest], { sandboxes: [own] }), [], 'it may come from the sandbox itself');
  t.same(
    of({ of: aws, variable: 'SECOND' }, { known: [] }),
    [],
    'under another name it is for a program that was told so',
  );
});

t.test('the clock, where requests are signed with it', async (t) => {
  const aws = { ...GITHUB, id: 'aws', name: 'AWS', signed: true };
  one(t, of({ of: aws }, { clockOff: -600_000 }), 'CLOCK_OFF', /600 s behind.*timedatectl/);
  t.same(of({ of: aws }, { clockOff: 60_000 }), []);
  t.same(of({ of: GITHUB }, { clockOff: -600_000 }), []);
});

t.test('a token that is not kept fresh', async (t) => {
  const problem = { code: 'REFRESH_REFUSED', message: 'GitHub refused it.', at: NOW - DAY };
  const connection = { id: 'con_1', provider: 'github', account: 'octocat', base: null, failures: 1 } as const;
  t.same(of({ connection: { ...connection, state: 'connected', problem: null } }), []);
  const refused = of({ connection: { ...connection, state: 'reauthorize', problem } });
  one(t, refused, 'REAUTHORIZE', /GitHub refused it\. \(REFRESH_REFUSED, .*`ampoule connect github --account octocat`/);
  const own = { ...connection, base: 'https://git.example.org', account: null };
  one(t, of({ connection: { ...own, state: 'reauthorize', problem } }), 'REAUTHORIZE', /github --base https:\/\/git/);
  const away = of({ connection: { ...connection, state: 'connected', problem } });
  one(t, away, 'REFRESH_FAILING', /tried again by itself.*`ampoule connection refresh TOKEN@work`/);
});

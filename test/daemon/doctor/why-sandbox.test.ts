import t, { type Test } from 'tap';
import type { SandboxFacts, VariableFacts } from '../../../daemon/doctor/facts.js';
import { whySandbox } from '../../../daemon/doctor/why-sandbox.js';
import { ABSENT, claim, facts, OTHER, sandbox, variable } from './sample-facts.js';

const inBox = (more: Partial<SandboxFacts>) => whySandbox(facts({ sandboxes: [sandbox(more)] }));
const having = (more: Partial<VariableFacts>) => inBox({ variables: [variable(more)] });
const one = (t: Test, found: ReturnType<typeof whySandbox>, cause: string, say: RegExp) => {
  t.equal(found.length, 1, `${cause} alone`);
  t.match(found[0], { code: cause, sandbox: 'box' });
  t.match(`${found[0]?.what} ${found[0]?.todo}`, say, cause);
};

t.test('all is well; what has ended is not looked at', async (t) => {
  t.same(whySandbox(facts()), []);
  const session = { ...facts().session, state: 'ended' as const };
  t.same(whySandbox(facts({ session, sandboxes: [sandbox({ state: 'failed' })] })), []);
});

t.test('how the sandbox is', async (t) => {
  one(t, inBox({ state: 'failed', reason: 'No image.' }), 'SANDBOX_FAILED', /could not be started\. No image\./);
  one(t, inBox({ state: 'pulling' }), 'SANDBOX_NOT_RUNNING', /is pulling\..*on its way/);
  one(t, inBox({ state: 'exited' }), 'SANDBOX_NOT_RUNNING', /`ampoule sandbox reset box --confirm box`/);
  one(
    t,
    inBox({ reached: 3, reason: 'Docker is away.' }),
    'SANDBOX_STALE',
    /generation 3, and its session is at 4\. Docker is away/,
  );
});

t.test('what a new command gets', async (t) => {
  one(t, having({ fresh: ABSENT }), 'NOT_DELIVERED', /does not have it/);
  one(
    t,
    having({ fresh: { kind: 'old', version: 1 } }),
    'SANDBOX_STALE',
    /version 1 of TOKEN@work, and the current one is 2/,
  );
  one(t, having({ fresh: OTHER }), 'SHADOWED_IN_SANDBOX', /something in the sandbox sets it/);
  one(t, having({ fresh: OTHER, inOwn: true }), 'SHADOWED_IN_SANDBOX', /the sandbox's own env has it/);
  one(t, having({ fresh: OTHER, inImage: true }), 'SHADOWED_IN_SANDBOX', /the image has it/);
  t.same(having({ fresh: { kind: 'unknown' } }), []);
});

t.test('what is there without the vault', async (t) => {
  const foreign = (more: Partial<VariableFacts>) => having({ secret: null, version: null, fresh: OTHER, ...more });
  one(
    t,
    foreign({ inImage: true }),
    'SHADOWED_BY_IMAGE',
    /comes from its image.*`ampoule activate TOKEN@work --session dev`/,
  );
  one(t, foreign({ inOwn: true, inImage: true }), 'SHADOWED_BY_SANDBOX', /the sandbox's own env/);
  one(t, foreign({}), 'SHADOWED_IN_SANDBOX', /not by the vault/);
  t.same(foreign({ fresh: ABSENT }), []);
  t.same(foreign({ fresh: { kind: 'unknown' }, inImage: true }), [], 'a partner that was only looked for');
});

t.test('files', async (t) => {
  one(t, having({ file: 'missing' }), 'FILE_MISSING', /names a file that is not there/);
  one(t, having({ file: 'unreadable' }), 'FILE_UNREADABLE', /cannot be read by its user/);
  one(t, having({ file: 'other' }), 'FILE_DIFFERS', /holds something else than TOKEN@work/);
  for (const file of ['right', 'unknown'] as const) t.same(having({ file, fresh: OTHER }), [], file);
  const own = facts({
    claims: [claim({ path: '/run/secrets/x' })],
    sandboxes: [sandbox({ variables: [variable({ file: 'other' })] })],
  });
  t.match(whySandbox(own)[0]?.what, /registered for \/run\/secrets\/x/);
});

t.test('what could not be looked at is said', async (t) => {
  one(
    t,
    inBox({ untried: 'the image has no program "cat"' }),
    'NOT_LOOKED',
    /No command could be tried in box: the image has no/,
  );
  one(t, inBox({ sawProcesses: false }), 'NOT_LOOKED', /root on the engine's machine/);
  t.same(inBox({ sawProcesses: false, variables: [] }), [], 'where nothing was to be looked at');
});

import t from 'tap';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type {
  AuditAnswer,
  Change,
  ExecAnswer,
  List,
  ProviderAnswer,
  RekeyAnswer,
  RequestAnswer,
  RevealAnswer,
  SandboxAnswer,
  SecretAnswer,
  SessionAnswer,
  ToggleAnswer,
  TokenAnswer,
  VaultAnswer,
  VerdictAnswer,
  VersionAnswer,
} from '../../../daemon/cli/answers.js';
import * as execs from '../../../daemon/http/schemas/execs.js';
import * as providers from '../../../daemon/http/schemas/providers.js';
import * as requests from '../../../daemon/http/schemas/requests.js';
import * as sandboxes from '../../../daemon/http/schemas/sandboxes.js';
import * as secrets from '../../../daemon/http/schemas/secrets.js';
import * as sessions from '../../../daemon/http/schemas/sessions.js';
import { Change as ChangeSchema, list as listSchema } from '../../../daemon/http/schemas/shared.js';
import * as vault from '../../../daemon/http/schemas/vault.js';
import * as samples from './samples.js';

/** The bodies that the other tests of the CLI are played, typed as the CLI reads them. */
const secret: SecretAnswer = samples.SECRET as SecretAnswer;
const provider: ProviderAnswer = samples.PROVIDER as ProviderAnswer;
const request: RequestAnswer = samples.REQUEST as RequestAnswer;
const session: SessionAnswer = samples.SESSION as SessionAnswer;
const sandbox: SandboxAnswer = samples.SANDBOX as SandboxAnswer;
const applied: Change = samples.APPLIED as Change;
const pending: Change = samples.PENDING as Change;
const vaultAnswer: VaultAnswer = samples.VAULT as VaultAnswer;
const token: TokenAnswer = samples.TOKEN_ANSWER;
const toggle: ToggleAnswer = samples.TOGGLE;
const version: VersionAnswer = samples.VERSION;
const audit: AuditAnswer = samples.AUDIT;
const verdict: VerdictAnswer = { ok: false, entries: 3, problem: { seq: 2, reason: 'was edited' } };
const rekey: RekeyAnswer = { unlock: 'keyFile', keyFile: '/k', step: 'Restart.' };
const reveal: RevealAnswer = { name: 'A', version: 1, value: 'x' };
const exec: ExecAnswer = samples.EXEC;
const secretList: List<SecretAnswer> = { items: [secret], next: null };

const BODIES: [string, TSchema, unknown][] = [
  ['secret', secrets.Secret, secret],
  ['list', listSchema(secrets.Secret), secretList],
  ['version', secrets.SecretVersion, version],
  ['reveal', secrets.Revealed, reveal],
  ['session', sessions.Session, session],
  ['provider', providers.Provider, provider],
  ['request', requests.Request, request],
  ['toggle', sessions.Toggle, toggle],
  ['sandbox', sandboxes.Sandbox, sandbox],
  ['exec', execs.ExecAnswer, exec],
  ['applied', ChangeSchema, applied],
  ['pending', ChangeSchema, pending],
  ['vault', vault.VaultAnswer, vaultAnswer],
  ['rekey', vault.RekeyAnswer, rekey],
  ['token', vault.Token, token],
  ['audit entry', vault.AuditEntry, audit],
  ['verdict', vault.AuditVerdict, verdict],
];

for (const [name, schema, body] of BODIES) {
  t.test(`${name}: the body that the CLI is played is one that the API may answer`, async (t) => {
    t.equal(Value.Check(schema, body), true, JSON.stringify(Value.Errors(schema, body)));
    t.equal(Value.Check(schema, {}), false, 'the check can fail');
  });
}

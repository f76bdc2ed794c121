/** Every cause that a diagnosis can name: a stable code, what it is about, how bad it is. The table alone; nothing is judged here. */

/** What people look for help with. */
export const HEADINGS = {
  'not-working': 'secret not working',
  'permission-denied': 'permission denied',
  'token-expired': 'token expired',
  committed: 'secret accidentally committed',
} as const;
export type Heading = keyof typeof HEADINGS;

/** `error`: it does not work so; `warning`: it may not, or not for long; `note`: to know. */
export type Severity = 'error' | 'warning' | 'note';

export interface CauseRow {
  heading: Heading | 'installation';
  severity: Severity;
  title: string;
}

const row = (heading: CauseRow['heading'], severity: Severity, title: string): CauseRow => ({
  heading,
  severity,
  title,
});
const working = (severity: Severity, title: string) => row('not-working', severity, title);

export const CAUSES = {
  SESSION_OVER: working('error', 'the session has ended'),
  VAULT_SEALED: working('error', 'the vault is sealed'),
  NOT_REGISTERED: working('error', 'no secret has this variable'),
  NO_VALUE: working('error', 'every version of the secret was destroyed'),
  LEAKED: working('error', 'the value got out and is given to nobody'),
  NOT_ACTIVE: working('error', 'the secret is not active in this session'),
  TAKEN_AWAY: working('error', 'the secret was deactivated'),
  ACTIVATION_OVER: working('error', 'the activation has run out'),
  LAPSED: working('error', "the secret lapsed with the session's last sandbox"),
  ACTIVE_ELSEWHERE: working('error', 'the secret is active in another session'),
  OTHER_ENVIRONMENT: working('error', 'the secret belongs to another environment'),
  OTHER_NAME: working('error', 'the secret has another variable here'),
  OUTSIDE_CEILING: working('error', "the secret is outside the sandbox's ceiling"),
  NOTHING_ACTIVE: working('note', 'nothing is active in the session'),
  NO_SANDBOX: working('note', 'the session has no sandbox'),

  SANDBOX_FAILED: working('error', 'the sandbox could not be started'),
  SANDBOX_NOT_RUNNING: working('error', 'the sandbox is not running'),
  SANDBOX_STALE: working('error', 'the sandbox has not got the newest values yet'),
  NOT_DELIVERED: working('error', 'a new command does not have the variable'),
  SHADOWED_BY_IMAGE: working('error', 'the variable comes from the image'),
  SHADOWED_BY_SANDBOX: working('error', "the variable comes from the sandbox's own env"),
  SHADOWED_BY_EXEC: working('warning', 'a command was given the variable by whoever started it'),
  SHADOWED_IN_SANDBOX: working('error', 'a new command has another value than the vault'),
  CHANGED_BY_PROCESS: working('warning', 'a process has another value than the vault gave'),
  PROCESS_BEFORE_VALUE: working('warning', 'a process is older than the value'),
  HOLDER_KEEPS_OLD: working('warning', 'a process keeps an earlier version'),
  PAST_THE_BRIDGE: working('warning', 'a process was started past the bridge'),
  FILE_MISSING: working('error', 'the file is not there'),
  FILE_UNREADABLE: working('error', "the sandbox's user may not read the file"),
  FILE_DIFFERS: working('error', 'the file holds something else'),
  NOT_LOOKED: working('note', 'something could not be looked at'),

  VALUE_EMPTY: working('error', 'the value is empty'),
  VALUE_PLACEHOLDER: working('error', 'the value is a placeholder'),
  VALUE_ASSIGNMENT: working('error', 'the value begins with the variable'),
  VALUE_QUOTES: working('error', 'the value has quotes around it'),
  VALUE_NEWLINE: working('error', 'the value ends with a newline'),
  VALUE_SPACES: working('error', 'the value begins or ends with a space'),
  VALUE_CRLF: working('warning', 'the lines of the value end as on Windows'),
  VALUE_NOT_TEXT: working('warning', 'the value is no text'),
  VALUE_SHAPE: working('error', "the value does not look like its provider's"),
  URL_SCHEME: working('error', 'the URL is for another kind of database'),
  URL_LOCALHOST: working('error', 'the URL means the sandbox itself'),
  URL_UNESCAPED: working('error', 'user or password of the URL are not percent-encoded'),
  PARTNER_MISSING: working('error', 'a variable that belongs to it is missing'),
  PARTNER_DIFFERS: working('error', 'a variable that belongs to it is of another account'),
  CLOCK_OFF: working('error', 'the clock is off'),
  PROVIDER_UNREACHABLE: working('warning', 'the provider could not be asked'),

  PROVIDER_REFUSED: row('token-expired', 'error', 'the provider does not take the value'),
  SECRET_EXPIRED: row('token-expired', 'error', 'the secret has expired'),
  REAUTHORIZE: row('token-expired', 'error', 'the token is not refreshed any more'),
  REFRESH_FAILING: row('token-expired', 'warning', 'refreshing the token does not work at the moment'),
  TOKEN_EXPIRED: row('token-expired', 'error', 'the token says of itself that it has expired'),
  EXPIRES_SOON: row('token-expired', 'warning', 'the secret expires soon'),
  ROTATION_DUE: row('token-expired', 'warning', 'the secret is due for rotation'),

  PROVIDER_FORBIDS: row('permission-denied', 'error', 'the provider takes the value and does not allow this'),
  PROVIDER_SCOPES: row('permission-denied', 'note', 'what the value may do, as the provider says'),
  ENGINE_AWAY: row('installation', 'error', 'Docker does not answer'),
  LIVE_RESTORE_OFF: row('installation', 'note', 'live-restore is off'),
  NO_FREEZER: row('installation', 'warning', 'no control group can be frozen'),
  DELIVERY_ENV: row('installation', 'warning', 'new sandboxes have secrets in plaintext'),
  DELIVERY_UNKNOWN: row('installation', 'note', 'delivery by memory is being tried'),
  NOT_ROOT: row('installation', 'warning', 'the daemon is not root'),
  PLACE_MISSING: row('installation', 'error', 'a file of the daemon is not there'),
  PLACE_OPEN: row('installation', 'error', 'others may use a file of the daemon'),
  PLACE_OWNER: row('installation', 'warning', 'a file of the daemon belongs to somebody else'),
  DISK_LOW: row('installation', 'warning', 'little is free on the disk'),
  CLOCK_JUMPED: row('installation', 'warning', 'the clock was moved'),
  UNRECORDED: row('installation', 'error', 'revocations could not be recorded yet'),
  AUDIT_BROKEN: row('installation', 'error', 'the audit was altered'),
  AUDIT_UNCHECKED: row('installation', 'note', 'the audit was not checked'),
  LISTENS_WIDE: row('installation', 'warning', 'the daemon listens to others without TLS'),

  LEAST_SCOPES: row('permission-denied', 'note', 'what a value needs to be allowed'),
} as const satisfies Record<string, CauseRow>;
export type Cause = keyof typeof CAUSES;

/** What was found, and what mends it. */
export interface Finding {
  code: Cause;
  heading: CauseRow['heading'];
  severity: Severity;
  variable: string | null;
  /** The secret's name. */
  secret: string | null;
  /** The sandbox's name. */
  sandbox: string | null;
  /** A sentence: what is wrong. */
  what: string;
  /** A sentence: what to do. */
  todo: string;
  /** The command in it, to copy; null: it is not one that can be copied. */
  command: string | null;
}

/** What a finding is about, besides its cause. */
export interface About {
  variable?: string | null;
  secret?: string | null;
  sandbox?: string | null;
}

/** What somebody has to fill in before a command can be run. */
const OPEN = /(^| )(USER|NAME|CMD|FILE|TIME|VARIABLE)($| )/;

/** A finding; its command is the first that stands between backticks in `todo` and leaves nothing open. */
export function finding(code: Cause, about: About, what: string, todo: string): Finding {
  const { heading, severity } = CAUSES[code];
  const commands = [...todo.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  const command = commands.find((text) => !OPEN.test(text)) ?? null;
  const { variable = null, secret = null, sandbox = null } = about;
  return { code, heading, severity, variable, secret, sandbox, what, todo, command };
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** Worst first, and otherwise as they were found; what was found twice stands there once. */
export function ordered(findings: readonly Finding[]): Finding[] {
  const once = new Map(
    findings.map((one) => [JSON.stringify([one.code, one.variable, one.secret, one.sandbox, one.what]), one]),
  );
  return [...once.values()].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

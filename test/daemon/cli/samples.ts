/** Bodies as the API answers them; answers.test.ts checks them against the API's own schemas. */

export const SESSION = {
  id: 'ses_01JQ0000000000000000000000',
  name: 'dev',
  environment: null,
  state: 'live',
  owner: null,
  onResume: 'require-activation',
  delivery: 'auto',
  until: null,
  idle: '24h',
  lastUsedAt: '2026-03-01T14:05:09.123Z',
  generation: 3,
  createdAt: '2026-03-01T14:00:00.000Z',
  endedAt: null,
  endReason: null,
};

export const SECRET = {
  id: 'sec_01JQ0000000000000000000000',
  name: 'GITHUB_TOKEN@work',
  env: 'GITHUB_TOKEN',
  followers: ['GH_TOKEN'],
  provider: 'github',
  account: 'work',
  login: null,
  environment: null,
  as: 'env',
  path: null,
  sensitive: true,
  description: 'for the release',
  tags: ['ci', 'release'],
  currentVersion: 2,
  expiresAt: null,
  rotateEvery: null,
  dueAt: null,
  due: false,
  dueSoon: false,
  leakedAt: null,
  connection: null,
  createdAt: '2026-03-01T14:00:00.000Z',
  updatedAt: '2026-03-01T14:00:00.000Z',
  deletedAt: null,
};

export const SANDBOX = {
  id: 'sbx_01JQ0000000000000000000000',
  name: 'box',
  session: 'dev',
  sessionId: SESSION.id,
  state: 'running',
  containerId: 'f00d',
  image: { name: 'debian:stable-slim', digest: 'sha256:abc' },
  delivery: { requested: 'auto', resolved: 'env' },
  privileges: 'standard',
  generation: 3,
  ports: [{ container: 80, host: 8080, ip: '127.0.0.1', protocol: 'tcp' }],
  createdAt: '2026-03-01T14:00:00.000Z',
  idleAt: null,
  endedAt: null,
  endReason: null,
  variables: ['GITHUB_TOKEN'],
  notices: ['Delivery env: plaintext.'],
};

export const APPLIED = {
  generation: 4,
  sandboxes: [{ id: SANDBOX.id, name: 'box', session: 'dev', generation: 4, state: 'applied', tookMs: 244 }],
  notices: ['The writable layer of box was lost.'],
};

export const PENDING = {
  generation: 5,
  sandboxes: [
    { id: SANDBOX.id, name: 'box', session: 'dev', generation: 5, state: 'applied', tookMs: 244 },
    {
      id: 'sbx_2',
      name: 'web',
      session: 'dev',
      generation: 5,
      state: 'pending',
      code: 'ENGINE_UNREACHABLE',
      reason: 'Docker does not answer. Start it.',
      tookMs: 10000,
    },
  ],
  notices: [],
};

export const VAULT = {
  id: 'vlt_1',
  state: 'unsealed',
  format: 1,
  schema: 2,
  epoch: 1,
  keyId: 1,
  publicKey: 'AAAA',
  unlock: 'keyFile',
  createdAt: '2026-03-01T14:00:00.000Z',
  version: '0.1.0',
  delivery: { configured: 'auto', resolved: 'env', state: 'unavailable', reason: 'No program can be run there.' },
  engine: { reachable: true },
  unrecorded: 0,
  reencrypting: 0,
};

export const TOKEN_ANSWER = {
  id: 'tok_01JQ0000000000000000000000',
  kind: 'operator',
  name: 'laptop',
  session: null,
  allow: null,
  owner: null,
  createdAt: '2026-03-01T14:00:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
};

export const list = <T>(...items: T[]): { items: T[]; next: null } => ({ items, next: null });

export const TOGGLE = {
  secret: SECRET.id,
  name: 'GITHUB_TOKEN@work',
  env: 'GITHUB_TOKEN',
  followers: [] as string[],
  provider: 'github',
  account: 'work',
  environment: null,
  tags: ['ci'],
  sensitive: true,
  active: true,
  lapsed: false,
  version: 2,
  until: '2026-03-01T16:00:00.000Z',
};

export const VERSION = {
  version: 1,
  size: 40,
  keyId: 1,
  createdAt: '2026-03-01T14:00:00.000Z',
  createdBy: 'operator:laptop',
  destroyedAt: null,
};

export const AUDIT = {
  seq: 7,
  at: '2026-03-01T14:00:00.000Z',
  caller: 'operator:laptop',
  token: TOKEN_ANSWER.id,
  action: 'secret.reveal',
  target: 'GITHUB_TOKEN@work',
  outcome: 'done',
  detail: { reason: 'to compare' },
};

export const EXEC = {
  execId: 'exe_1',
  exitCode: 3,
  stdout: 'out',
  stderr: { base64: '/w==' },
  truncated: false,
  tookMs: 12,
};

export const PROVIDER = {
  ...{ id: 'mailgun', name: 'Mailgun', kind: 'email', words: [], checkable: false },
  variables: [
    {
      ...{ env: 'MAILGUN_API_KEY', required: true, sensitive: true, followers: ['MG_KEY'], as: 'env' },
      ...{ expected: 'a key', source: 'https://mailgun.example/keys' },
    },
    {
      ...{ env: 'MAILGUN_DOMAIN', required: false, sensitive: false, default: 'mg.example', followers: [], as: 'env' },
      ...{ expected: 'a domain', source: 'https://mailgun.example/domains' },
    },
    {
      ...{ env: 'MAILGUN_FILE', required: false, sensitive: true, followers: [], as: 'file' },
      ...{ expected: 'a file', source: 'https://mailgun.example/files' },
    },
  ],
  rotate: { page: 'https://mailgun.example/rotate', steps: ['Add a key', 'Store it here'] },
  revoke: { page: 'https://mailgun.example/revoke', steps: ['Delete the key'] },
  scopes: { page: 'https://mailgun.example/scopes', least: ['sending'] },
};

export const REQUEST = {
  id: 'req_01JQ0000000000000000000000',
  session: 'dev',
  sessionId: 'ses_01JQ0000000000000000000000',
  action: 'activate',
  state: 'pending',
  askedBy: 'agent:bot',
  reason: 'to deploy',
  ttl: '1h',
  acrossEnvironments: false,
  secrets: [
    { name: 'A_KEY', granted: null },
    { name: 'B_KEY', as: 'B', granted: null },
  ],
  createdAt: '2026-03-01T14:00:00.000Z',
  expiresAt: '2026-03-02T14:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
};

export const FINDING = {
  secret: 'GITHUB_TOKEN@work',
  version: 2,
  current: true,
  encoding: 'raw',
  in: 'content',
  path: 'src/.env',
  line: 2,
  offset: 10,
  count: 1,
  git: null,
};
export const SCAN = {
  findings: [],
  others: 0,
  scanned: { files: 7, bytes: 2048, objects: 3, skipped: [], skippedTotal: 0 },
  notSearched: [],
  complete: true,
  tookMs: 1200,
};
export const LEAK = {
  name: 'KEY',
  leakedAt: '2030-01-01T00:00:00.000Z',
  sandboxes: [],
  notices: [],
  exposures: {
    items: [
      {
        ...{ session: 'dev', sandbox: 'box', env: 'KEY', version: 1, confirmedBy: 'operator:me' },
        ...{ since: '2030-01-01T00:00:00.000Z', until: '2030-01-01T00:01:00.000Z' },
      },
    ],
    total: 1,
    open: 0,
  },
  outside: [],
  proof: { processes: 4, holders: [], cannotSee: ['Copies that a program made elsewhere.'] },
  rotation: {
    revoke: ['delete it there'],
    revokePage: 'https://example.org/r',
    rotate: ['make another'],
    rotatePage: null,
    command: 'ampoule secret set KEY',
  },
};
export const PANIC = {
  outside: [],
  state: 'sealed',
  sessions: 2,
  activations: 3,
  ended: [{ id: 'sbx_1', name: 'box', session: 'dev' }],
  sandboxes: [],
  notices: [],
  tookMs: 12,
};

export const CONNECTION = {
  ...{ id: 'con_01JQ0000000000000000000000', provider: 'github', base: null, account: 'octocat', login: 'OctoCat' },
  ...{ environment: null, clientId: 'Iv1.test', flow: 'code', scopes: ['repo'], granted: ['repo'], state: 'connected' },
  ...{
    secret: 'GITHUB_TOKEN@octocat',
    secretId: 'sec_1',
    createdAt: '2026-03-01T14:00:00.000Z',
    createdBy: 'operator:me',
  },
  ...{ connectedAt: '2026-03-01T14:01:00.000Z', expiresAt: '2026-03-01T22:00:00.000Z', refreshes: 2, failures: 0 },
  ...{ refreshAt: '2026-03-01T21:10:00.000Z', refreshedAt: '2026-03-01T14:00:00.000Z', refreshingSince: null },
  ...{ problem: null, todo: null },
} as const;

export const SIGN_IN = {
  ...{ provider: 'github', name: 'GitHub', variable: 'GITHUB_TOKEN', selfHosted: true, flows: ['code', 'device'] },
  scopes: [{ scope: 'repo', means: 'repositories', usual: true }],
  create: {
    page: 'https://github.com/settings/applications/new',
    steps: ['Open the page.', 'Paste the callback.'],
    callback: 'http://127.0.0.1:7433/oauth/callback',
  },
  ...{ needsSecret: { code: true, device: false }, client: { clientId: 'Iv1.test', hasSecret: true } },
};

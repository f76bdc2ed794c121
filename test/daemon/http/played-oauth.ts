/** Signing in without a provider: the vault is real, and what a person and a provider do is said by the test. */

import { DaemonError } from '../../../daemon/errors.js';
import type { OauthProviderFacts, OauthService } from '../../../daemon/oauth/service-types.js';
import type { Caller, Connection, ConnectionId, Vault } from '../../../store/index.js';

export const GITHUB: OauthProviderFacts = {
  id: 'github',
  name: 'GitHub',
  flows: ['code', 'device'],
  scopes: [
    { scope: 'repo', means: 'read and write repositories', usual: true },
    { scope: 'gist', means: 'write gists', usual: false },
  ],
  create: {
    page: 'https://github.com/settings/applications/new',
    steps: ['Open the page.', 'Give it any name.'],
    callback: 'http://127.0.0.1:7433/oauth/callback',
  },
  clientSecret: { code: true, device: false },
  selfHosted: true,
  variable: 'GITHUB_TOKEN',
};

export interface PlayedOauth extends OauthService {
  /** A person signs in. */
  signIn(id: ConnectionId, account?: string): Connection;
  /** Secrets of applications that came in, as text. */
  secrets: string[];
  callbacks: { path: string; cookie: string | undefined }[];
  /** How many wait for somebody to sign in. */
  waiting(): number;
  /** What the next refresh throws. */
  failure: Error | null;
}

const bytes = (text: string) => new TextEncoder().encode(text);

export function playedOauth(vault: () => Vault): PlayedOauth {
  const waiting = new Set<() => void>();
  let serial = 0;
  const tokens = () => ({
    ...{ access: bytes(`access-${++serial}`), refresh: bytes(`refresh-${serial}`), granted: ['repo'] },
    ...{ expiresAt: Date.now() + 3_600_000, refreshAt: Date.now() + 3_000_000 },
  });
  return {
    secrets: [],
    callbacks: [],
    failure: null,
    waiting: () => waiting.size,
    providers: () => [GITHUB],
    signIn(id, account = 'octocat') {
      const signedIn = { login: account, account, variable: 'GITHUB_TOKEN', followers: [], tokens: tokens() };
      const { connection } = vault().connections.established(id, signedIn);
      for (const wake of waiting) wake();
      return connection;
    },
    async begin(caller, { clientId, clientSecret, flow, scopes = ['repo'], ...wish }) {
      const { connections } = vault();
      if (clientSecret !== undefined) this.secrets.push(new TextDecoder().decode(clientSecret));
      const base = wish.base ?? null;
      if (clientId !== undefined)
        connections.setClient(caller, { provider: wish.provider, base, clientId, secret: clientSecret ?? null });
      const client = connections.client(caller, wish.provider, base);
      if (client === null) throw new DaemonError('OAUTH_CLIENT_NOT_FOUND', 'No application. Run `ampoule connect`.');
      const connection = connections.begin(caller, { ...wish, flow, scopes, clientId: client.clientId });
      const expiresAt = Date.UTC(2030, 0, 1);
      if (flow === 'code') return { connection, authorize: { url: 'http://127.0.0.1:7433/oauth/start/T1', expiresAt } };
      return {
        connection,
        device: { userCode: 'ABCD-1234', verificationUri: 'https://github.com/login/device', expiresAt },
      };
    },
    start(ticket) {
      if (ticket !== 'T1')
        throw new DaemonError('TICKET_INVALID', 'This address worked once. Run `ampoule connect github`.');
      return { location: 'https://github.com/login/oauth/authorize?state=S', cookie: 'amp_f=1; HttpOnly; Path=/oauth' };
    },
    async callback(url, cookie) {
      this.callbacks.push({ path: `${url.pathname}${url.search}`, cookie });
      if (url.searchParams.get('state') !== 'S')
        throw new DaemonError('TICKET_INVALID', 'Not begun here. Run `ampoule connect github`.');
      const [pending] = vault().connections.list({ kind: 'daemon' }).items;
      if (pending === undefined) throw new TypeError('a mistake of ours: code=HUSH');
      return { connection: this.signIn(pending.id), providerName: 'GitHub', cookie: 'amp_f=; Max-Age=0; Path=/oauth' };
    },
    wait(caller: Caller, id, ms, signal) {
      return new Promise((resolve) => {
        const end = () => {
          waiting.delete(end);
          clearTimeout(timer);
          resolve(vault().connections.get(caller, id));
        };
        const timer = setTimeout(end, ms);
        waiting.add(end);
        signal?.addEventListener('abort', end);
      });
    },
    async refresh(_caller, id) {
      if (this.failure !== null) throw this.failure;
      vault()
        .connections.beginRefresh(id as ConnectionId)
        ?.refresh.fill(0);
      return vault().connections.refreshed(id as ConnectionId, tokens());
    },
    disconnect: async (caller, id) => vault().connections.disconnect(caller, id),
  };
}

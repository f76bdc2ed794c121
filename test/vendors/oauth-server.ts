/**
 * A real authorization server (oidc-provider) that behaves as one vendor does, on 127.0.0.1, for tests of signing in. It counts second
 * uses of refresh tokens, lets tokens live as shortly as a test wants, and fails when it is told to.
 */

import { generateKeyPairSync } from 'node:crypto';
import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { type Memory, memoryAdapter } from './oauth-memory.js';
import { type Profile, type ProfileId, profileOf } from './oauth-profiles.js';

/**
 * `down`: the connection breaks before anything is done. `lost`: it is done, and the answer does not arrive. `slow`: it is done, and no
 * answer comes. `json`: it is done, and the answer is cut. Others: nothing is done, and this is the answer.
 */
export type Fault = 'down' | 'lost' | 'slow' | 'json' | '500' | '502' | '503' | 'html' | 'redirect' | 'large' | 'gzip';

export interface OauthServer {
  base: string;
  client: { id: string; secret: string };
  /** One without a secret. */
  publicClient: string;
  /** Answers of the token endpoint and what it saw. */
  counts: { refreshes: number; reuses: number; families: number; userinfo: number; deviceAsked: number };
  /** The last parameters of the authorization endpoint. */
  asked: URLSearchParams[];
  /** The next `times` requests to the endpoint fail so. */
  fail(endpoint: 'token' | 'userinfo' | 'revocation' | 'device', fault: Fault, times?: number): void;
  /** Whether an access token is good now. */
  isGood(access: string): Promise<boolean>;
  /** Makes a token worthless, as its owner can at the vendor. */
  revoke(access: string): Promise<void>;
  /** Ends all that was given out, as an owner of accounts can. */
  endAll(): Promise<void>;
  /** Who signs in. */
  login: string;
  close(): Promise<void>;
}

export interface OauthServerOptions {
  /** Seconds that an access token lives. */
  life?: number;
  callback?: string;
  login?: string;
}

export async function startOauthServer(id: ProfileId, options: OauthServerOptions = {}): Promise<OauthServer> {
  const profile = profileOf(id);
  const client = { id: `client-${id}`, secret: 'a-secret-of-the-application' };
  const publicClient = `public-${id}`;
  const counts: OauthServer['counts'] = { refreshes: 0, reuses: 0, families: 0, userinfo: 0, deviceAsked: 0 };
  const asked: URLSearchParams[] = [];
  const faults: { endpoint: string; fault: Fault }[] = [];
  const used = new Set<string>();
  const memory: Memory = new Map();

  const outer = createServer();
  const base = await listen(outer);
  const provider = makeProvider(base, profile, options, { ...client, publicClient }, asked, memory);
  const inner = createServer(provider.callback());
  const innerPort = Number(new URL(await listen(inner)).port);

  provider.on('grant.success', ({ oidc: { params } }) => {
    if (params.grant_type === 'refresh_token') {
      counts.refreshes += 1;
      used.add(params.refresh_token ?? '');
    }
  });
  provider.on('grant.revoked', () => {
    counts.families += 1;
  });

  const server: OauthServer = {
    ...{ base, client, publicClient, counts, asked },
    login: options.login ?? 'OctoCat',
    fail(endpoint, fault, times = 1) {
      for (let n = 0; n < times; n += 1) faults.push({ endpoint, fault });
    },
    async isGood(access) {
      return (await provider.AccessToken.find(profile.inside(access)))?.isValid === true;
    },
    async revoke(access) {
      await (await provider.AccessToken.find(profile.inside(access)))?.destroy();
    },
    async endAll() {
      memory.clear();
    },
    async close() {
      for (const one of [outer, inner]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };

  outer.on('request', (request, response) => {
    void answer(request, response).catch(() => response.writeHead(500).end());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', base);
    const body = await bodyOf(request);
    const endpoint = endpointOf(profile, url.pathname);
    if (url.pathname === profile.paths.authorization) asked.unshift(url.searchParams);
    const at = faults.findIndex((one) => one.endpoint === endpoint);
    const fault = at < 0 ? null : (faults.splice(at, 1)[0]?.fault ?? null);
    if (fault !== null && failed(response, fault, base)) return;
    if (endpoint === 'userinfo') {
      counts.userinfo += 1;
      const token = await provider.AccessToken.find(
        profile.inside(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''),
      );
      if (token?.isValid !== true) return json(response, 401, { message: 'Bad credentials' });
      return json(response, 200, profile.account(token.accountId ?? ''));
    }
    const ended = /^\/api\/v3\/applications\/([^/]+)\/token$/.exec(url.pathname);
    if (id === 'github' && ended !== null && request.method === 'DELETE') {
      const wanted = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
      if (request.headers.authorization !== wanted || ended[1] !== client.id) return json(response, 401, {});
      const { access_token: access = '' } = JSON.parse(body) as { access_token?: string };
      const token = await provider.AccessToken.find(profile.inside(access));
      if (token === undefined) return json(response, 404, {});
      await token.destroy();
      return void response.writeHead(204).end();
    }
    if (url.pathname.startsWith('/interaction/')) return interact(provider, request, response, body, server);
    const form = /^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '')
      ? new URLSearchParams(body)
      : null;
    for (const name of ['refresh_token', 'token']) {
      const value = form?.get(name);
      if (value != null) form?.set(name, profile.inside(value));
    }
    if (
      form?.get('grant_type') === 'refresh_token' &&
      used.has(form.get('refresh_token') ?? '') &&
      profile.rotates === 'strict'
    )
      counts.reuses += 1;
    if (endpoint === 'device') counts.deviceAsked += 1;
    const got = await forward(innerPort, request, form === null ? body : form.toString());
    if (fault === 'lost') return void response.destroy();
    if (fault === 'slow') return;
    if (fault === 'json')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token": "abc');
    const own = endpoint === 'token' ? asVendor(profile, got, form?.get('grant_type') ?? '') : got;
    response.writeHead(own.status, own.headers).end(own.body);
  }

  return server;
}

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

interface Page {
  type: string;
  body: string;
}

function page(ctx: Page, html: string): void {
  ctx.type = 'html';
  const submit = /id="([^"]+)"/.exec(html)?.[1];
  const button = submit === undefined ? '' : `<button id="go" type="submit" form="${submit}">Go on</button>`;
  ctx.body = `<!doctype html><title>Device</title>${html}${button}`;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | string;
}

function makeProvider(
  base: string,
  profile: Profile,
  { life = 3600, callback = 'http://127.0.0.1:7433/oauth/callback' }: OauthServerOptions,
  client: { id: string; secret: string; publicClient: string },
  asked: URLSearchParams[],
  memory: Memory,
): Provider {
  const { paths } = profile;
  const grants = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
  const common = { grant_types: grants, redirect_uris: [callback], response_types: ['code'] };
  const provider = new Provider(`${base}${paths.issuer}`, {
    clients: [
      {
        ...common,
        client_id: client.id,
        client_secret: client.secret,
        token_endpoint_auth_method: 'client_secret_post',
      },
      { ...common, client_id: client.publicClient, token_endpoint_auth_method: 'none', application_type: 'native' },
    ],
    scopes: ['openid', 'offline_access', ...profile.scopes],
    routes: {
      ...{
        authorization: paths.authorization,
        token: paths.token,
        userinfo: '/unused/userinfo',
        code_verification: '/device',
      },
      ...(paths.device === undefined ? {} : { device_authorization: paths.device }),
      ...(profile.paths.revocation?.includes('{') === false ? { revocation: paths.revocation } : {}),
    },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: page,
        userCodeConfirmSource: page,
        successSource: (ctx: Page) => page(ctx, '<p>Done</p>'),
      },
      revocation: { enabled: true, allowedPolicy: () => true },
      userinfo: { enabled: true },
      rpInitiatedLogout: { enabled: false },
    },
    adapter: memoryAdapter(memory),
    jwks: { keys: [{ ...KEY, use: 'sig' }] },
    extraParams: ['access_type'],
    pkce: { required: () => true },
    cookies: { keys: ['a key of the tests'] },
    ttl: {
      AccessToken: life,
      RefreshToken: 86_400,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 86_400,
      Session: 600,
      Interaction: 600,
      IdToken: 600,
    },
    rotateRefreshToken: () => profile.rotates !== 'never',
    issueRefreshToken: (_ctx: unknown, _client: unknown, source: { codeChallenge?: string; scope?: string }) => {
      // A code is that of the authorization with its challenge; a device's has none, and asks for what it may have.
      const of = asked.find((one) => one.get('code_challenge') === source.codeChallenge);
      return of === undefined || profile.refreshable(of);
    },
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_ctx: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    renderError: (ctx: Page, { error }: { error: string }) => page(ctx, `<p>${error}</p>`),
  });
  // The one before stays good, as Microsoft's do.
  if (profile.rotates === 'kind') provider.RefreshToken.prototype.consume = async () => undefined;
  return provider;
}

/** One page: sign in as who is there, or say no. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  { login }: OauthServer,
): Promise<void> {
  const { uid, params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    const page = `<!doctype html><title>Sign in</title><form method="post" action="/interaction/${uid}"><p>${params.client_id} asks for ${params.scope ?? 'nothing'}</p><input name="login" value="${login}"><button id="allow" type="submit">Allow</button><button id="deny" type="submit" name="deny" value="yes">Deny</button></form>`;
    return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  }
  const form = new URLSearchParams(body);
  if (form.has('deny')) return provider.interactionFinished(request, response, { error: 'access_denied' });
  const accountId = form.get('login') ?? login;
  const grant = new provider.Grant({ accountId, clientId: params.client_id ?? '' });
  grant.addOIDCScope(params.scope ?? '');
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result);
}

function asVendor(profile: Profile, got: Answer, grant: string): Answer {
  const parsed = JSON.parse(String(got.body)) as Record<string, unknown>;
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  if (typeof parsed.error === 'string') {
    const error = profile.error(parsed.error, grant);
    const status = profile.errorsWith200 ? 200 : got.status;
    return { status, headers, body: JSON.stringify({ error, error_description: `long words about ${error}` }) };
  }
  const { access_token: access, refresh_token: refresh, scope } = parsed;
  const own = {
    ...parsed,
    access_token: profile.outside('access', String(access)),
    ...(typeof refresh === 'string' ? { refresh_token: profile.outside('refresh', refresh) } : {}),
    ...(profile.errorsWith200 && typeof scope === 'string' ? { scope: scope.replaceAll(' ', ',') } : {}),
  };
  return { status: 200, headers, body: JSON.stringify(own) };
}

/** true: it is answered. */
function failed(response: ServerResponse, fault: Fault, base: string): boolean {
  switch (fault) {
    case 'down':
      response.destroy();
      return true;
    case '500':
    case '502':
    case '503':
      json(response, Number(fault), { error: 'server_error', secret: 'words of the server' });
      return true;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<script>words of the server</script>');
      return true;
    case 'redirect':
      response.writeHead(307, { location: `${base}/elsewhere` }).end();
      return true;
    case 'large':
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"x":"${'a'.repeat(300 * 1024)}"}`);
      return true;
    case 'gzip':
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(Buffer.alloc(64));
      return true;
    default:
      return false;
  }
}

function endpointOf({ paths }: Profile, path: string): string | null {
  const revocation = paths.revocation?.replace('{client_id}', '[^/]+');
  if (revocation !== undefined && new RegExp(`^${revocation}$`).test(path)) return 'revocation';
  const found = (['token', 'userinfo', 'device'] as const).find((name) => paths[name] === path);
  return found ?? null;
}

function forward(port: number, request: IncomingMessage, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers } = request;
    const length = Buffer.byteLength(body);
    const more = length > 0 ? { 'content-length': String(length) } : {};
    const sending = ask(
      { ...{ host: '127.0.0.1', port, method, path, agent: false }, headers: { ...headers, ...more } },
      (got) => {
        void bodyOf(got).then((text) => {
          const { 'transfer-encoding': _chunked, 'content-length': _length, connection: _kept, ...kept } = got.headers;
          resolve({ status: got.statusCode ?? 500, headers: kept as Answer['headers'], body: text });
        }, reject);
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}

async function bodyOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

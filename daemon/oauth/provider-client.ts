/**
 * What is asked of one provider for one application: where to send a browser, tokens for a code, a device or an older token, the end of
 * a token, whose a token is. Decides nothing, remembers nothing; its failures are {@link ProviderFailure}s without a word of the provider's.
 */

import * as oauth from 'openid-client';
import type { OauthFact } from './fact.js';
import { type GuardedFetch, type GuardedRequest, type GuardOptions, guardedFetch } from './guarded-fetch.js';
import type { Place } from './places.js';
import { loginIn, revokeAsGithub } from './provider-account.js';
import { ProviderFailure, providerFailure } from './provider-failure.js';
import { type Given, givenBy, standardAnswer } from './token-answer.js';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Of RFC 8628; times in milliseconds. */
export interface DeviceBegun {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  verificationUriComplete: string | null;
  life: number;
  interval: number;
}

export interface ProviderClient {
  /** Where a browser signs in. Always with PKCE (S256). */
  authorizeUrl(ask: {
    redirectUri: string;
    scopes: readonly string[];
    state: string;
    verifier: string;
  }): Promise<string>;
  /** Tokens for the code that a browser brought. @param url the exact redirect address with what was added to it */
  redeem(url: URL, kept: { state: string; verifier: string; scopes: readonly string[] }): Promise<Given>;
  beginDevice(scopes: readonly string[]): Promise<DeviceBegun>;
  /** One question. `pending`, `slower`: ask again, the latter after 5 s more. */
  askDevice(deviceCode: string, scopes: readonly string[]): Promise<Given | 'pending' | 'slower'>;
  /** @param token borrowed */
  refresh(token: Uint8Array, granted: readonly string[]): Promise<Given>;
  /** Makes both worthless there. `false`: this provider cannot be told. Tokens are borrowed. */
  revoke(tokens: { access: Uint8Array | null; refresh: Uint8Array | null }): Promise<boolean>;
  /** What the provider calls the account. @param access borrowed */
  login(access: Uint8Array): Promise<string>;
}

/** An application registered there; the secret is borrowed for as long as the client is used. */
export interface Application {
  clientId: string;
  secret: Uint8Array | null;
}

/** @param todo what people are told to do behind each failure, a sentence. */
export function providerClient(
  { fact, place, application, todo }: { fact: OauthFact; place: Place; application: Application; todo: string },
  guard: Omit<GuardOptions, 'own'> = {},
): ProviderClient {
  const fetch = guardedFetch({ ...guard, own: place.own });
  const config = configurationOf(fact, place, application, fetch);
  const attempt = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw providerFailure(error, fact.name, todo);
    }
  };
  const unusable = (what: string) =>
    new ProviderFailure('OAUTH_ANSWER_INVALID', `${fact.name} sent ${what} that cannot be used. ${todo}`);
  const given = (answer: oauth.TokenEndpointResponse, asked: readonly string[]): Given => {
    const tokens = givenBy(answer, asked);
    if (tokens === null) throw unusable('a token');
    return tokens;
  };

  return {
    authorizeUrl: ({ redirectUri, scopes, state, verifier }) =>
      attempt(async () => {
        const url = oauth.buildAuthorizationUrl(config, {
          ...fact.authorizationParameters,
          ...{ redirect_uri: redirectUri, scope: scopes.join(' '), state },
          ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
        });
        return url.href;
      }),

    redeem: (url, { state, verifier, scopes }) =>
      attempt(async () => {
        const checks = { expectedState: state, pkceCodeVerifier: verifier };
        return given(await oauth.authorizationCodeGrant(config, url, checks), scopes);
      }),

    beginDevice: (scopes) =>
      attempt(async () => {
        const begun = deviceIn(await oauth.initiateDeviceAuthorization(config, { scope: scopes.join(' ') }), place);
        if (begun === null) throw unusable('a code');
        return begun;
      }),

    askDevice: (deviceCode, scopes) =>
      attempt(async () => {
        try {
          return given(await oauth.genericGrantRequest(config, DEVICE_GRANT, { device_code: deviceCode }), scopes);
        } catch (error) {
          if (error instanceof oauth.ResponseBodyError && error.error === 'authorization_pending') return 'pending';
          if (error instanceof oauth.ResponseBodyError && error.error === 'slow_down') return 'slower';
          throw error;
        }
      }),

    refresh: (token, granted) =>
      attempt(async () => given(await oauth.refreshTokenGrant(config, textOf(token)), granted)),

    revoke: ({ access, refresh }) =>
      attempt(async () => {
        if (fact.revoke.how === 'none') return false;
        if (fact.revoke.how === 'github')
          return revokeAsGithub(fetch, place.endpoints.revocation ?? '', application, access);
        for (const [token, hint] of [[refresh, 'refresh_token'] as const, [access, 'access_token'] as const])
          if (token !== null) await revokeOne(config, token, hint);
        return true;
      }),

    login: (access) =>
      attempt(async () => {
        const login = await loginIn(fetch, place.endpoints.userinfo, access, fact.login);
        if (login === null) throw unusable('a name of the account');
        return login;
      }),
  };
}

function configurationOf(
  { errorsWith200, namesIssuer }: OauthFact,
  { endpoints, own }: Place,
  { clientId, secret }: Application,
  fetch: GuardedFetch,
): oauth.Configuration {
  const server: oauth.ServerMetadata = {
    ...{ issuer: endpoints.issuer, authorization_endpoint: endpoints.authorization, token_endpoint: endpoints.token },
    ...(endpoints.device === undefined ? {} : { device_authorization_endpoint: endpoints.device }),
    ...(endpoints.revocation === undefined ? {} : { revocation_endpoint: endpoints.revocation }),
    authorization_response_iss_parameter_supported: namesIssuer,
  };
  const authentication = secret === null ? oauth.None() : oauth.ClientSecretPost(textOf(secret));
  const config = new oauth.Configuration(server, clientId, {}, authentication);
  config[oauth.customFetch] = async (url, request) =>
    standardAnswer(await fetch(url, request as GuardedRequest), { errorsWith200 });
  // Only what the operator configured, and that on this machine itself: the fetch sees to it.
  if (own?.protocol === 'http:') oauth.allowInsecureRequests(config);
  return config;
}

/** What is worthless already is what was wanted. */
async function revokeOne(config: oauth.Configuration, token: Uint8Array, hint: string): Promise<void> {
  try {
    await oauth.tokenRevocation(config, textOf(token), { token_type_hint: hint });
  } catch (error) {
    const over = ['invalid_token', 'unsupported_token_type', 'invalid_grant'];
    if (!(error instanceof oauth.ResponseBodyError && over.includes(error.error))) throw error;
  }
}

/** null: a person cannot be sent there, or shown it. */
function deviceIn(answer: oauth.DeviceAuthorizationResponse, { own }: Place): DeviceBegun | null {
  const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval = 5 } = answer;
  const web = (text: string): boolean => {
    const url = /^[\x21-\x7e]{1,500}$/.test(text) && URL.canParse(text) ? new URL(text) : null;
    if (url === null || url.username !== '' || url.password !== '') return false;
    return url.protocol === 'https:' || (own !== null && url.origin === own.origin);
  };
  const printed = /^[\x21-\x7e]{1,4096}$/.test(device_code) && /^[\x20-\x7e]{1,64}$/.test(user_code);
  if (!printed || !web(verification_uri) || !(expires_in > 0)) return null;
  const complete = verification_uri_complete ?? null;
  return {
    ...{ deviceCode: device_code, userCode: user_code, verificationUri: verification_uri },
    verificationUriComplete: complete !== null && web(complete) ? complete : null,
    life: Math.min(expires_in, 3600) * 1000,
    interval: Math.min(Math.max(interval, 1), 60) * 1000,
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

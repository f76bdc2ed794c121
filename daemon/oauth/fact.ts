/** What is known of signing in at a provider: where it answers, what may be asked for, how it differs from the standard. Data and types only. */

import { type Static, Type } from 'typebox';

const strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const Text = Type.String({ minLength: 1, maxLength: 1000 });
const Page = Type.String({ pattern: '^https://[^?#@]+$', maxLength: 300, description: 'an address, https://…' });
const Path = Type.String({
  pattern: '^(/[A-Za-z0-9._{}-]+)*$',
  maxLength: 200,
  description: 'a path, without a / at its end',
});

/** Where it answers. `device`, `revocation`: left out where it has none. */
const Places = <T extends typeof Page | typeof Path>(place: T) =>
  strict({
    /** As it calls itself in `iss`. */
    issuer: place,
    authorization: place,
    token: place,
    device: Type.Optional(place),
    /** RFC 7009, or what `revoke` says; `{client_id}` stands for the application's id. */
    revocation: Type.Optional(place),
    /** Says whose a token is. */
    userinfo: place,
  });

export const OauthFact = strict({
  /** Of the catalogue of providers. */
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
  name: Text,
  /** Variable that the token appears as; one of the provider in the catalogue. */
  variable: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,127}$' }),
  endpoints: Places(Page),
  /** The same below the origin of one's own. */
  paths: Places(Path),
  /** People run it themselves. */
  selfHosted: Type.Boolean(),
  /** Its answers to a browser always name the issuer (RFC 9207). */
  namesIssuer: Type.Boolean(),
  flows: Type.Array(Type.Enum(['code', 'device']), { minItems: 1, maxItems: 2, uniqueItems: true }),
  scopes: Type.Array(strict({ scope: Text, means: Text, usual: Type.Boolean() }), { minItems: 1, maxItems: 40 }),
  /** Whether a flow needs the application's secret. */
  clientSecret: strict({ code: Type.Boolean(), device: Type.Boolean() }),
  /** Further parameters of the address that a browser is sent to. */
  authorizationParameters: Type.Record(Type.String({ pattern: '^[a-z_]+$' }), Text),
  /** Errors of the token endpoint come with status 200. */
  errorsWith200: Type.Boolean(),
  /**
   * `none`: a token does not expire, or a person has to come again. `kept`: the first one stays good. `replaced`: each answer may bring
   * another, and the one before stays good. `single-use`: each is good once.
   */
  refreshTokens: Type.Enum(['none', 'kept', 'replaced', 'single-use']),
  /** How it is told that a token is over. `none`: it cannot be told, a person has to go to `page`. */
  revoke: strict({
    how: Type.Enum(['rfc7009', 'github', 'none']),
    page: Page,
    steps: Type.Array(Text, { minItems: 1, maxItems: 6 }),
  }),
  /** Members of the answer of `userinfo`, the first that is there, that say what the account is called. */
  login: Type.Array(Type.String({ pattern: '^[A-Za-z_]+$' }), { minItems: 1, maxItems: 4 }),
  /** How to register an application. */
  create: strict({
    page: Page,
    /** Page below the origin of one's own. */
    path: Type.Optional(Path),
    steps: Type.Array(Text, { minItems: 1, maxItems: 12 }),
  }),
  /** Where the vendor says each of these. */
  sources: strict({
    endpoints: Page,
    device: Type.Optional(Page),
    scopes: Page,
    refresh: Page,
    revoke: Page,
    login: Page,
    create: Page,
  }),
});
export type OauthFact = Static<typeof OauthFact>;

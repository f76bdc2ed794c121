/** Connections and the applications they are made through, as they travel. Tokens and secrets of applications never go out. */

import { type Static, Type } from 'typebox';
import { Change, nullable, Page, strict, text, Wait } from './shared.js';

const ProviderId = text('the id of a provider that can be signed in to, such as github', 64);
const Base = text("the address of a server of one's own, such as https://git.example.com", 300);
const ClientId = text('the id that the provider gave the application', 256);
const ClientSecret = text('the secret that the provider gave the application', 1024);
const Flow = Type.Enum(['code', 'device'], {
  description: 'code (a browser on this machine, if left out) or device (a code to type in anywhere)',
});

export const ConnectBody = strict({
  provider: ProviderId,
  base: Type.Optional(Base),
  account: Type.Optional(text('the account that is to sign in, as it is called here: a-z, 0-9, _ and -', 63)),
  environment: Type.Optional(text('an environment, such as production', 32)),
  scopes: Type.Optional(
    Type.Array(text('a scope of the provider', 200), {
      description: 'scopes; the usual ones if left out',
      maxItems: 64,
    }),
  ),
  flow: Type.Optional(Flow),
  clientId: Type.Optional(ClientId),
  clientSecret: Type.Optional(ClientSecret),
});
export type ConnectBody = Static<typeof ConnectBody>;

export const ConnectionParams = strict({ connection: text('the id of a connection, or the name of its secret', 256) });
export const ConnectionsQuery = strict({ ...Page });
/** `wait`: until it is not pending any more. */
export const ConnectionQuery = strict({ ...Wait });
export const TicketParams = strict({ ticket: text('a ticket', 300) });

const members = {
  id: Type.String(),
  provider: Type.String(),
  base: nullable(Type.String({ description: "the address of a server of one's own" })),
  account: nullable(Type.String()),
  login: nullable(Type.String({ description: 'what the provider calls the account' })),
  environment: nullable(Type.String()),
  clientId: Type.String(),
  flow: Type.Enum(['code', 'device']),
  scopes: Type.Array(Type.String(), { description: 'what was asked for' }),
  granted: Type.Array(Type.String(), { description: 'what was granted' }),
  state: Type.Enum(['pending', 'connected', 'reauthorize', 'disconnecting', 'ended'], {
    description:
      'pending: a person has still to sign in; connected: its token is kept fresh; reauthorize: a person has to sign in again; ' +
      'disconnecting: gone here, and the provider is still to be told; ended: nothing is left',
  }),
  secret: nullable(Type.String({ description: 'the name of the secret that is kept fresh' })),
  secretId: nullable(Type.String()),
  createdAt: Type.String(),
  createdBy: Type.String(),
  connectedAt: nullable(Type.String()),
  expiresAt: nullable(Type.String({ description: 'when the token is over; null: it does not end by itself' })),
  refreshAt: nullable(Type.String({ description: 'when it is refreshed next, or the provider told of its end' })),
  refreshedAt: nullable(Type.String()),
  refreshes: Type.Integer(),
  failures: Type.Integer({ description: 'since it last worked' }),
  refreshingSince: nullable(Type.String()),
  problem: nullable(Type.Object({ code: Type.String(), message: Type.String(), at: Type.String() })),
  todo: nullable(Type.String({ description: 'what a person has to do now' })),
};
export const Connection = Type.Object(members, { description: 'an account at a provider whose token is kept fresh' });
export const Begun = Type.Object({
  ...members,
  authorize: Type.Optional(
    Type.Object({ url: Type.String({ description: 'to be opened once, in a browser' }), expiresAt: Type.String() }),
  ),
  device: Type.Optional(
    Type.Object({
      userCode: Type.String(),
      verificationUri: Type.String({ description: 'where to type the code in' }),
      verificationUriComplete: Type.Optional(Type.String()),
      expiresAt: Type.String(),
    }),
  ),
  notices: Type.Array(Type.String()),
});
export const ConnectionChange = Type.Object({ connection: Connection, ...Change.properties });

export const ClientParams = strict({ provider: ProviderId });
export const ClientQuery = strict({ base: Type.Optional(Base) });
export const ClientBody = strict({ clientId: ClientId, clientSecret: Type.Optional(ClientSecret) });
export const Client = Type.Object(
  {
    provider: Type.String(),
    base: nullable(Type.String()),
    clientId: Type.String(),
    hasSecret: Type.Boolean(),
    createdAt: Type.String(),
    createdBy: Type.String(),
  },
  { description: 'an application that was registered at a provider' },
);
export const ClientFacts = Type.Object(
  {
    provider: Type.String(),
    name: Type.String(),
    variable: Type.String({ description: 'what the token appears as' }),
    selfHosted: Type.Boolean({ description: "a server of one's own is possible" }),
    flows: Type.Array(Type.Enum(['code', 'device'])),
    scopes: Type.Array(
      Type.Object({
        scope: Type.String(),
        means: Type.String(),
        usual: Type.Boolean({ description: 'asked for where nobody says otherwise' }),
      }),
    ),
    create: Type.Object(
      { page: Type.String(), steps: Type.Array(Type.String()), callback: nullable(Type.String()) },
      { description: 'how an application is registered there' },
    ),
    needsSecret: Type.Object({ code: Type.Boolean(), device: Type.Boolean() }),
    client: nullable(Client),
  },
  { description: 'how to sign in to a provider, and the application that is remembered for it' },
);

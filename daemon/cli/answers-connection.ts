/** What the API says about connections and applications. Types only. */

export interface ConnectionAnswer {
  id: string;
  provider: string;
  base: string | null;
  account: string | null;
  login: string | null;
  environment: string | null;
  clientId: string;
  flow: 'code' | 'device';
  scopes: string[];
  granted: string[];
  state: 'pending' | 'connected' | 'reauthorize' | 'disconnecting' | 'ended';
  /** The name of the secret. */
  secret: string | null;
  createdAt: string;
  createdBy: string;
  connectedAt: string | null;
  expiresAt: string | null;
  refreshAt: string | null;
  refreshedAt: string | null;
  refreshes: number;
  failures: number;
  problem: { code: string; message: string; at: string } | null;
  todo: string | null;
}
export interface BegunAnswer extends ConnectionAnswer {
  authorize?: { url: string; expiresAt: string };
  device?: { userCode: string; verificationUri: string; verificationUriComplete?: string; expiresAt: string };
  notices: string[];
}
/** How to sign in to a provider. */
export interface SignInFacts {
  provider: string;
  name: string;
  variable: string;
  selfHosted: boolean;
  flows: ('code' | 'device')[];
  scopes: { scope: string; means: string; usual: boolean }[];
  create: { page: string; steps: string[]; callback: string | null };
  needsSecret: { code: boolean; device: boolean };
  client: { clientId: string; hasSecret: boolean } | null;
}

/** The little of oidc-provider that the tests use; it brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  interface Token {
    accountId?: string;
    grantId?: string;
    clientId?: string;
    isValid: boolean;
    scope?: string;
    codeChallenge?: string;
    destroy(): Promise<void>;
    consume(): Promise<void>;
  }
  interface Model {
    find(value: string): Promise<Token | undefined>;
    prototype: Token;
  }
  interface Details {
    uid: string;
    params: Record<string, string | undefined>;
  }
  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): RequestListener;
    on(event: string, listener: (ctx: { oidc: { params: Record<string, string | undefined> } }) => void): void;
    AccessToken: Model;
    RefreshToken: Model;
    Grant: new (of: {
      accountId: string;
      clientId: string;
    }) => { addOIDCScope(scope: string): void; save(): Promise<string> };
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Details>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<void>;
  }
}

/** What the OpenAPI document calls things: schemas with a name, groups, examples. Examples hold no real value. */

import type { TSchema } from 'typebox';
import * as connections from './schemas/connections.js';
import * as execs from './schemas/execs.js';
import * as providers from './schemas/providers.js';
import * as requests from './schemas/requests.js';
import * as sandboxes from './schemas/sandboxes.js';
import * as secrets from './schemas/secrets.js';
import * as sessions from './schemas/sessions.js';
import { Change, Problem, SandboxChange } from './schemas/shared.js';
import * as vault from './schemas/vault.js';

/** Schemas with a name of their own in the document. */
export const COMPONENTS: Record<string, TSchema> = {
  Problem,
  Change,
  SandboxChange,
  Secret: secrets.Secret,
  NewSecret: secrets.NewSecretBody,
  SecretVersion: secrets.SecretVersion,
  Provider: providers.Provider,
  Session: sessions.Session,
  NewSession: sessions.NewSessionBody,
  Toggle: sessions.Toggle,
  ToggleTable: sessions.ToggleTable,
  Request: requests.Request,
  Connection: connections.Connection,
  NewConnection: connections.ConnectBody,
  OauthClient: connections.Client,
  Sandbox: sandboxes.Sandbox,
  NewSandbox: sandboxes.NewSandboxBody,
  Exec: execs.ExecBody,
  ExecAnswer: execs.ExecAnswer,
  Token: vault.Token,
  NewToken: vault.NewTokenBody,
  Allowance: vault.AllowanceBody,
  AuditEntry: vault.AuditEntry,
  Vault: vault.VaultAnswer,
};

/** Groups of routes, by the first part of the path after /v1. */
export const TAGS: Record<string, string> = {
  vault: 'The sealed store of values',
  secrets: 'Named things with versions',
  providers: 'Kinds of service, with their variables',
  sessions: 'Periods of work, each with its own active secrets',
  requests: 'Changes that wait for a person',
  sandboxes: 'Containers that belong to a session, and commands in them',
  connections: 'Accounts at providers, whose tokens are kept fresh',
  oauth: 'Applications that connections are made through',
  scan: 'Values of the vault in other places',
  panic: 'Everything taken away at once',
  tokens: 'Who may call',
  audit: 'What was done',
  events: 'That something changed',
  health: 'For machines that watch',
};

/** Bodies to begin with; their values are placeholders. */
export const EXAMPLES: Record<string, Record<string, unknown>> = {
  createSecret: { name: 'GITHUB_TOKEN@work', value: 'EXAMPLE-VALUE', tags: ['code'] },
  setValue: { value: 'EXAMPLE-VALUE' },
  revealSecret: { reason: 'compare with the provider' },
  createSession: { name: 'dev', ttl: '8h' },
  ensureSession: { ttl: '8h' },
  activateSecret: { ttl: '20m' },
  activateGroup: { provider: 'github', account: 'work' },
  deactivateGroup: { all: true },
  setActive: { active: ['GITHUB_TOKEN@work', { name: 'GITHUB_TOKEN@personal', as: 'GITHUB_TOKEN_2' }] },
  askInWords: { text: 'activate aws for 2h' },
  createSandbox: { name: 'box', session: { name: 'dev' }, secrets: ['GITHUB_TOKEN@work'], image: 'debian:stable-slim' },
  exec: { command: ['git', 'status'], timeout: '90s' },
  createToken: { kind: 'launcher', name: 'ci', allow: { secrets: ['tag:ci'], images: ['ghcr.io/acme/*'] } },
  connect: { provider: 'github', flow: 'device' },
  setClient: { clientId: 'Iv1.0123456789abcdef', clientSecret: 'EXAMPLE-VALUE' },
  sealVault: { revoke: true },
};

/** The schema with references in place of what has a name of its own. */
export function referring(schema: unknown, self?: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((item) => referring(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const name = schema === self || !('properties' in schema) ? undefined : NAMES.get(JSON.stringify(schema));
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, referring(value)]));
}

/** By content, since an optional property holds a copy. */
const NAMES = new Map(Object.entries(COMPONENTS).map(([name, schema]) => [JSON.stringify(schema), name]));

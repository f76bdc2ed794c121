/** What each vendor answers here to a request that carries a key: who it is, or that it is nobody. Keeps objects in memory. */

import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { type SignedRequest, signerOf } from './sigv4.js';

/** Whom the vendors know: key → account, by vendor. */
export interface Known {
  /** Access key id → secret key and account number. */
  aws: Record<string, { secret: string; account: string }>;
  /** Bearer tokens, API keys: token → account. */
  tokens: Record<string, Record<string, string>>;
  /** Client e-mail → public key, PEM. */
  google: Record<string, string>;
  /** `tenant/client` → secret. */
  azure: Record<string, string>;
  /** Directory of the bare repositories that github.com and gitlab.com serve. */
  repositories: string;
}

export interface Answer {
  status: number;
  type?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Who asked, for the log. */
  as?: string;
}

type Vendor = (request: SignedRequest & { host: string }, known: Known) => Answer;

const JSON_TYPE = 'application/json';
const refused = (why: string): Answer => ({ status: 401, type: JSON_TYPE, body: JSON.stringify({ error: why }) });
const said = (as: string, body: unknown): Answer => ({ status: 200, type: JSON_TYPE, body: JSON.stringify(body), as });

/** Token of `Bearer`, of `token`, or the password (else the name) of `Basic`. */
function bearer(request: SignedRequest): string {
  const [scheme = '', rest = ''] = (request.headers.authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() !== 'basic') return rest;
  const [name = '', password = ''] = Buffer.from(rest, 'base64').toString().split(':');
  return password === '' ? name : password;
}

/** A vendor that wants one key, in the header of that name or as `Authorization`. */
function keyed(vendor: string, header?: string): Vendor {
  return (request, { tokens }) => {
    const key = header === undefined ? bearer(request) : String(request.headers[header] ?? '');
    const account = tokens[vendor]?.[key];
    return account === undefined ? refused('the key is not known') : said(account, { account });
  };
}

const objects = new Map<string, Buffer>();

function aws(request: SignedRequest & { host: string }, { aws: keys }: Known): Answer {
  const signer = signerOf(request, (id) => keys[id]?.secret);
  const account = signer === null ? undefined : keys[signer]?.account;
  if (account === undefined)
    return {
      status: 403,
      type: 'text/xml',
      body: '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>It is not signed by a key that is known.</Message></Error></ErrorResponse>',
    };
  const xml = (body: string): Answer => ({ status: 200, type: 'text/xml', body, as: account });
  if (request.host.startsWith('sts.'))
    return xml(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/deploy</Arn><UserId>${signer}</UserId><Account>${account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  const bucket = `${account}/${request.host.split('.s3.')[0]}`;
  const [path = '/', query = ''] = request.url.split('?', 2);
  if (request.method === 'PUT') {
    objects.set(bucket + path, request.body);
    return { ...xml(''), headers: { etag: '"1"' } };
  }
  if (query.includes('list-type=2')) {
    const names = [...objects.keys()].filter((name) => name.startsWith(`${bucket}/`));
    const rows = names.map(
      (name) =>
        `<Contents><Key>${name.slice(bucket.length + 1)}</Key><LastModified>2025-01-31T12:00:00.000Z</LastModified><ETag>"1"</ETag><Size>${objects.get(name)?.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
    return xml(`<ListBucketResult><KeyCount>${names.length}</KeyCount>${rows.join('')}</ListBucketResult>`);
  }
  return { status: 404, as: account };
}

/** Git's "dumb" protocol: files of a bare repository, for who has a token. */
function repositories(vendor: string): Vendor {
  return (request, { tokens, repositories: root }) => {
    const account = tokens[vendor]?.[bearer(request)];
    if (account === undefined)
      return { status: 401, headers: { 'www-authenticate': `Basic realm="${vendor}"` }, body: 'who are you?' };
    const file = join(root, normalize(`/${(request.url.split('?')[0] ?? '').replace(/^\/[^/]+\//, '')}`));
    if (!existsSync(file) || !statSync(file).isFile()) return { status: 404, as: account };
    return { status: 200, type: 'application/octet-stream', body: readFileSync(file), as: account };
  };
}

/** RFC 7523: a token for whoever signs with the key of a service account. */
function google(request: SignedRequest, known: Known): Answer {
  const [head = '', claims = '', signature = ''] = (
    new URLSearchParams(String(request.body)).get('assertion') ?? ''
  ).split('.');
  let email = '';
  try {
    email = JSON.parse(Buffer.from(claims, 'base64url').toString()).iss;
  } catch {
    return refused('it is no assertion');
  }
  const key = known.google[email];
  const right =
    key !== undefined &&
    verify('sha256', Buffer.from(`${head}.${claims}`), createPublicKey(key), Buffer.from(signature, 'base64url'));
  return right ? said(email, { access_token: 'ya29.of-a-service-account' }) : refused('the signature is wrong');
}

function azure(request: SignedRequest, known: Known): Answer {
  const form = new URLSearchParams(String(request.body));
  const who = `${request.url.split('/')[1]}/${form.get('client_id')}`;
  const right = known.azure[who] !== undefined && known.azure[who] === form.get('client_secret');
  return right ? said(who, { access_token: 'of-an-application' }) : refused('invalid_client');
}

const VENDORS: [host: RegExp, vendor: Vendor][] = [
  [/\.amazonaws\.com$/, aws],
  [/^github\.com$/, repositories('github')],
  [/^gitlab\.com$/, repositories('gitlab')],
  [/^api\.github\.com$/, keyed('github')],
  [/^oauth2\.googleapis\.com$/, google],
  [/^www\.googleapis\.com$/, keyed('google')],
  [/^login\.microsoftonline\.com$/, azure],
  [/^graph\.microsoft\.com$/, keyed('microsoft')],
  [/^api\.openai\.com$/, keyed('openai')],
  [/^api\.anthropic\.com$/, keyed('anthropic', 'x-api-key')],
  [/^api\.stripe\.com$/, keyed('stripe')],
  [/^api\.sendgrid\.com$/, keyed('sendgrid')],
  [/^api\.mailgun\.net$/, keyed('mailgun')],
];

/** Names that these vendors are reached by. */
export const HOSTS = [
  ...[
    'sts.us-east-1.amazonaws.com',
    'sts.amazonaws.com',
    'acme-site.s3.us-east-1.amazonaws.com',
    'acme-site.s3.amazonaws.com',
  ],
  ...['github.com', 'gitlab.com', 'api.github.com', 'oauth2.googleapis.com', 'www.googleapis.com'],
  ...['login.microsoftonline.com', 'graph.microsoft.com', 'api.openai.com', 'api.anthropic.com'],
  ...['api.stripe.com', 'api.sendgrid.com', 'api.mailgun.net'],
];

/** The answer of whoever is asked for at this host. */
export function answerOf(request: SignedRequest, known: Known): Answer {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const vendor = VENDORS.find(([pattern]) => pattern.test(host))?.[1];
  return vendor === undefined ? { status: 421 } : vendor({ ...request, host }, known);
}

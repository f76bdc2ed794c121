/** Whether a request is signed as AWS wants it (Signature Version 4), by the secret key that its access key id belongs to. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came, with its whole body. */
export interface SignedRequest {
  method: string;
  /** Path and query, as in the request's first line. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
/** How old a signature may be, in milliseconds. */
const FRESH = 5 * 60_000;

/**
 * The access key id whose secret key signed the request; null for any other request.
 * See https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html.
 * @param secretOf secret access key of an access key id.
 */
export function signerOf(request: SignedRequest, secretOf: (id: string) => string | undefined): string | null {
  const { headers } = request;
  const match = AUTHORIZATION.exec(headers.authorization ?? '');
  const time = headers['x-amz-date'];
  if (match === null || typeof time !== 'string') return null;
  const [, id = '', day = '', region = '', service = '', names = '', signature = ''] = match;
  const secret = secretOf(id);
  if (secret === undefined || !time.startsWith(day) || Math.abs(Date.now() - millisOf(time)) > FRESH) return null;
  const payload = payloadOf(request);
  if (payload === null) return null;
  const signed = names.split(';');
  if (!signed.includes('host')) return null;
  const [path = '/', query = ''] = request.url.split('?', 2);
  const canonical = [
    request.method,
    service === 's3' ? path : path.split('/').map(encode).join('/'),
    query.split('&').filter(Boolean).map(pair).sort().join('&'),
    ...signed.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    names,
    payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const right = Buffer.from(hmac(key, text).toString('hex'));
  return timingSafeEqual(right, Buffer.from(signature)) ? id : null;
}

/** Digest of the payload as it was signed; null where the body is another one. */
function payloadOf({ headers, body }: SignedRequest): string | null {
  const said = headers['x-amz-content-sha256'];
  const right = sha256(body);
  if (said === 'UNSIGNED-PAYLOAD') return said;
  return said === undefined || said === right ? right : null;
}

/** `key=value`, with `=` also where there is no value. */
function pair(part: string): string {
  return part.includes('=') ? part : `${part}=`;
}

function encode(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Of `20250131T120000Z`. */
function millisOf(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

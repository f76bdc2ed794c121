/** What is refused before anybody is asked who they are: foreign Host names, foreign web origins, tokens in URLs. */

import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { DaemonError } from '../errors.js';
import type { App } from './fastify.js';

/** Names that a client of the unix socket may put into Host: no browser reaches it. */
const SOCKET_HOSTS = ['localhost', 'ampoule', 'ampouled'];
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const TOKEN_PARAMETER =
  /^(access_?token|token|auth|authorization|bearer|api_?key|key|secret|password|passphrase|value)$/i;
const TOKEN_SHAPE = /amp_(op|la|ag|me)_/i;

/** Checks of Host, Origin and URL for every request, upgrades and unknown routes included. */
export function guard(app: App, config: Pick<Config, 'allowedHosts' | 'listen' | 'publicUrl'>): void {
  const configured = new Set(config.allowedHosts.map((host) => host.toLowerCase()));
  const publicHost = hostOf(config.publicUrl);
  if (publicHost !== null) configured.add(publicHost);
  if (config.listen !== null) for (const name of LOOPBACK) configured.add(`${name}:${config.listen.port}`);

  app.addHook('onRequest', async (request) => {
    const socket = request.raw.socket;
    const overSocket = socket.remoteAddress === undefined && socket.localPort === undefined;
    const allowed = (host: string): boolean =>
      configured.has(host) ||
      (overSocket && SOCKET_HOSTS.includes(host)) ||
      (socket.localPort !== undefined && LOOPBACK.some((name) => host === `${name}:${socket.localPort}`));
    refuseHost(request, allowed);
    refuseOrigin(request, allowed, config.publicUrl);
    refuseTokenInUrl(request);
  });
}

function refuseHost(request: FastifyRequest, allowed: (host: string) => boolean): void {
  const host = request.headers.host?.toLowerCase();
  if (host !== undefined && allowed(host)) return;
  throw new DaemonError(
    'HOST_NOT_ALLOWED',
    'The Host header names no address of this daemon. Use http://127.0.0.1:PORT (http://localhost over the socket), ' +
      'or start ampouled with the name in AMPOULE_ALLOWED_HOSTS.',
  );
}

function refuseOrigin(request: FastifyRequest, allowed: (host: string) => boolean, publicUrl: string): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  const host = hostOf(origin);
  const own = origin === originOf(publicUrl) || (host !== null && origin.startsWith('http://') && allowed(host));
  if (own) return;
  throw new DaemonError(
    'ORIGIN_REFUSED',
    'A web page of another origin sent this request. Call the API from a program, without an Origin header.',
  );
}

function refuseTokenInUrl(request: FastifyRequest): void {
  const url = request.raw.url ?? '';
  const [, query = ''] = url.split('?', 2);
  const named = [...new URLSearchParams(query).keys()].some((name) => TOKEN_PARAMETER.test(name));
  if (!named && !TOKEN_SHAPE.test(url)) return;
  throw new DaemonError(
    'TOKEN_IN_URL',
    "URLs are logged and remembered. Send the token as -H 'Authorization: Bearer …', and revoke this one if it was real: " +
      '`ampoule token rm ID`.',
  );
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : null;
}

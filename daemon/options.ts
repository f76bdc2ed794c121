/** The daemon's options, one row each: flag, variable, key of the file, and how its text is read. Reads nothing itself. */

import { isAbsolute, resolve } from 'node:path';
import type { Config } from './config.js';

/** What a person may set; everything else of the configuration follows from it. */
export type Settings = { [K in keyof Config]?: Config[K] };

/** An option that cannot be used: names the option, where it came from, what was wrong and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** One option. `parse` throws an Error whose message goes on after "AMPOULE_X (environment) ". */
export interface Option {
  key: keyof Config;
  flag: string;
  variable: string;
  placeholder: string;
  what: string;
  parse(text: string | string[], base: string): Settings[keyof Config];
}

function one(text: string | string[]): string {
  if (typeof text !== 'string') throw new Error('is a list. Give one text.');
  return text;
}

function path(text: string | string[], base: string): string {
  const given = one(text);
  if (given.includes('\0')) throw new Error('has a NUL byte. Give a path.');
  return resolve(base, given);
}

function pathOrOff(text: string | string[], base: string): string | null {
  return text === 'off' ? null : path(text, base);
}

function list(text: string | string[]): string[] {
  const items = typeof text === 'string' ? text.split(',') : text;
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

function choice<T extends string>(...allowed: T[]): (text: string | string[]) => T {
  return (text) => {
    const found = allowed.find((item) => item === text);
    if (found === undefined) throw new Error(`is ${quoted(text)}. Use one of: ${allowed.join(', ')}.`);
    return found;
  };
}

function quoted(text: string | string[]): string {
  return JSON.stringify(text).slice(0, 80);
}

function listen(text: string | string[]): Config['listen'] {
  if (text === 'off') return null;
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]\s/]+):)?(\d{1,5})$/.exec(one(text));
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new Error(`is ${quoted(text)}. Give host:port, such as 127.0.0.1:7433, or off.`);
  }
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

function url(text: string | string[]): string {
  const given = URL.canParse(one(text)) ? new URL(one(text)) : null;
  if (given === null || !/^https?:$/.test(given.protocol) || given.username !== '' || given.search !== '') {
    throw new Error(`is ${quoted(text)}. Give an address such as https://ampoule.example.org.`);
  }
  return given.href.replace(/\/$/, '');
}

function dockerHost(text: string | string[]): string {
  if (!/^(unix:\/\/\/.+|tcp:\/\/[^/]+:\d+\/?)$/.test(one(text))) {
    throw new Error(`is ${quoted(text)}. Give unix:///path/of/docker.sock or tcp://host:port.`);
  }
  return one(text);
}

function hosts(text: string | string[]): string[] {
  for (const host of list(text)) {
    if (!/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(host)) {
      throw new Error(`has ${quoted(host)}. Give names as in a Host header, such as ampoule.example.org:7433.`);
    }
  }
  return list(text);
}

/** A value goes there: without TLS only to this machine itself. */
function bases(text: string | string[]): Record<string, string> {
  return Object.fromEntries(
    list(text).map((item) => {
      const [, id, address = ''] = /^([a-z][a-z0-9-]{0,31})=(.+)$/.exec(item) ?? [];
      const base = URL.canParse(address) ? new URL(address) : null;
      const local = base !== null && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(base.hostname);
      const safe = base?.protocol === 'https:' || (base?.protocol === 'http:' && local);
      if (id === undefined || base === null || !safe || base.username !== '' || base.search !== '' || base.hash !== '')
        throw new Error(
          `has ${quoted(item)}. Give PROVIDER=https://host/path, such as github=https://github.example.org/api/v3.`,
        );
      return [id, base.href.replace(/\/$/, '')];
    }),
  );
}

function directories(text: string | string[]): string[] {
  for (const item of list(text)) if (!isAbsolute(item)) throw new Error(`has ${quoted(item)}. Give absolute paths.`);
  return list(text).map((item) => resolve(item));
}

function count(text: string | string[]): number {
  if (!/^\d{1,7}$/.test(one(text))) throw new Error(`is ${quoted(text)}. Give a whole number, 0 for no limit.`);
  return Number(text);
}

/** Milliseconds, or null for ever. An hour is the least: what runs now is to be found. */
function retention(text: string | string[]): number | null {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,4})([hd])$/.exec(one(text)) ?? [];
  if (text === 'never') return null;
  if (digits === '') throw new Error(`is ${quoted(text)}. Give hours or days, such as 400d, or never.`);
  return Number(digits) * (unit === 'd' ? 86_400_000 : 3_600_000);
}

function option(
  key: keyof Config,
  flag: string,
  placeholder: string,
  what: string,
  parse: Option['parse'],
  variable = `AMPOULE_${flag.replaceAll('-', '_').toUpperCase()}`,
): Option {
  return { key, flag, variable, placeholder, what, parse };
}

/** Every option, in the order of the help text. */
export const OPTIONS: readonly Option[] = [
  option('dataDir', 'data-dir', 'DIR', 'where the vault lies', path),
  option('keyFile', 'key-file', 'FILE|off', 'the 32-byte unlock key, outside the data directory', pathOrOff),
  option('passphraseFile', 'passphrase-file', 'FILE', 'unlocks a vault with a passphrase at start', path),
  option('auditHeadFile', 'audit-head-file', 'FILE', "copy of the audit chain's head", path),
  option('runDir', 'run-dir', 'DIR', 'sockets and what lives until a reboot', path),
  option('socket', 'socket', 'FILE', 'unix socket of the API', path),
  option('listen', 'listen', 'HOST:PORT|off', 'TCP address of the API', listen),
  option('publicUrl', 'public-url', 'URL', 'how others reach the API', url),
  option('allowedHosts', 'allowed-hosts', 'HOST,…', 'further Host headers that are answered', hosts),
  option('bootstrapTokenFile', 'bootstrap-token-file', 'FILE', 'gets the first operator token', path),
  option('delivery', 'delivery', 'auto|memory|env', 'how secrets reach a sandbox', choice('auto', 'memory', 'env')),
  option('defaultImage', 'default-image', 'IMAGE', 'image of a sandbox that names none', one),
  option('workspaceRoots', 'workspace-roots', 'DIR,…', 'host paths may be workspaces below these', directories),
  option('providersDir', 'providers-dir', 'DIR', 'further providers', path),
  option('checkBases', 'check-bases', 'ID=URL,…', 'where live checks ask a provider, in place of its own', bases),
  option('oauthBases', 'oauth-bases', 'ID=URL,…', 'where people sign in at a provider, in place of its own', bases),
  option(
    'logLevel',
    'log-level',
    'LEVEL',
    'trace, debug, info, warn, error or silent',
    choice('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  ),
  option('dockerHost', 'docker-host', 'ADDRESS', 'the Docker engine', dockerHost, 'DOCKER_HOST'),
  option('rateLimit', 'rate-limit', 'N', 'requests per minute and token, 0 for no limit', count),
  option('historyRetention', 'history-retention', 'DURATION|never', 'how long it is kept who held what', retention),
];

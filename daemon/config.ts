/** The daemon's configuration: flags, then environment, then file. The only file that reads `process.env`. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { complete, directories, type Host, handedOver } from './defaults.js';
import { ConfigError, OPTIONS, type Option, type Settings } from './options.js';

export interface Config {
  dataDir: string;
  /** null: a passphrase unlocks. */
  keyFile: string | null;
  passphraseFile: string | null;
  auditHeadFile: string;
  runDir: string;
  socket: string;
  /** Host and port, or null for none. */
  listen: { host: string; port: number } | null;
  publicUrl: string;
  allowedHosts: string[];
  bootstrapTokenFile: string;
  delivery: 'auto' | 'memory' | 'env';
  defaultImage: string;
  workspaceRoots: string[];
  providersDir: string | null;
  /** Addresses in place of the catalogue's for live checks, by the id of the provider. */
  checkBases: Record<string, string>;
  /** Addresses in place of the vendor's for signing in, by the id of the provider; they may be private. */
  oauthBases: Record<string, string>;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `unix:///var/run/docker.sock` */
  dockerHost: string;
  /** Requests per minute and token; 0: no limit. */
  rateLimit: number;
  /** Milliseconds that it is kept who held what; null: for ever. */
  historyRetention: number | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The little of a file system that reading a configuration needs. */
export interface FileReader {
  /** null: there is no such file. */
  read(path: string): string | null;
  exists(path: string): boolean;
}

const FILES: FileReader = {
  read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  exists: existsSync,
};

/** Longest path that a unix socket's address holds (sun_path less its NUL). */
const LONGEST_SOCKET = 107;

/** Names that somebody might try; a key in an environment shows in /proc and in diagnostic reports. */
const NEVER = ['AMPOULE_KEY', 'AMPOULE_PASSPHRASE', 'AMPOULE_UNLOCK_KEY'];

/** The environment and host that the process really has. */
export function surroundings(): { env: Environment; host: Host } {
  const home = process.env.HOME;
  return {
    env: process.env,
    host: { root: process.getuid?.() === 0, home: home?.startsWith('/') ? home : null, cwd: process.cwd() },
  };
}

/**
 * The configuration from flags (`flags`, by name without dashes), environment and file, in this order.
 * @throws ConfigError, which names the option and where it came from.
 */
export function readConfig(
  flags: Readonly<Record<string, string>>,
  env: Environment,
  files: FileReader = FILES,
  host: Host = surroundings().host,
): Config {
  for (const name of NEVER) {
    if (env[name] !== undefined) {
      throw new ConfigError(
        `${name} is in the environment, where /proc shows it to others. Unset it, put the key into a file of mode 0600 and name that with AMPOULE_KEY_FILE or AMPOULE_PASSPHRASE_FILE.`,
      );
    }
  }
  const places = directories(env, host);
  const said: Settings = {
    ...fromFile(flags, env, files, host, join(places.config, 'ampouled.json')),
    ...collect(
      (option) => filled(env[option.variable]),
      host.cwd,
      (option) => `${option.variable} (environment)`,
    ),
    ...collect(
      (option) => flags[option.flag],
      host.cwd,
      (option) => `--${option.flag} (flag)`,
    ),
  };
  const silent = said.keyFile === undefined && said.passphraseFile === undefined;
  return checked(complete({ ...(silent ? handedOver(env, files.exists) : {}), ...said }, places));
}

/** An empty variable counts as absent: compose files cannot leave one out. */
function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function collect(
  text: (option: Option) => string | string[] | undefined,
  base: string,
  called: (option: Option) => string,
): Settings {
  const entries: [string, Settings[keyof Config]][] = [];
  for (const option of OPTIONS) {
    const given = text(option);
    if (given === undefined) continue;
    try {
      if (given === '') throw new Error('is empty. Give a value, or leave it out.');
      entries.push([option.key, option.parse(given, base)]);
    } catch (error) {
      throw new ConfigError(`${called(option)} ${error instanceof Error ? error.message : 'cannot be used.'}`);
    }
  }
  return Object.fromEntries(entries);
}

function fromFile(
  flags: Readonly<Record<string, string>>,
  env: Environment,
  files: FileReader,
  host: Host,
  usual: string,
): Settings {
  const named = flags.config ?? filled(env.AMPOULE_CONFIG);
  const [path] = named === undefined ? [usual] : [named.startsWith('/') ? named : join(host.cwd, named)];
  const text = files.read(path);
  if (text === null) {
    if (named === undefined) return {};
    throw new ConfigError(`The configuration file ${path} does not exist. Make it, or leave out --config.`);
  }
  const settings = parsed(path, text);
  for (const key of settings.keys()) {
    if (!OPTIONS.some((option) => option.key === key)) {
      const known = OPTIONS.map((option) => option.key).join(', ');
      throw new ConfigError(`${path} has the unknown setting ${JSON.stringify(key)}. It may have: ${known}.`);
    }
  }
  return collect(
    (option) => settings.get(option.key),
    dirname(path),
    (option) => `${option.key} (${path})`,
  );
}

function parsed(path: string, text: string): Map<string, string | string[]> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError(`${path} is not JSON. Mend it: it holds one object, such as {"logLevel": "info"}.`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ConfigError(`${path} is not a JSON object. It holds one, such as {"logLevel": "info"}.`);
  }
  const settings = new Map<string, string | string[]>();
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === 'string' || typeof value === 'number') settings.set(key, String(value));
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) settings.set(key, value);
    else throw new ConfigError(`${key} (${path}) is neither a text, a number nor a list of texts. Give one of these.`);
  }
  return settings;
}

function checked(config: Config): Config {
  if (Buffer.byteLength(config.socket) > LONGEST_SOCKET) {
    throw new ConfigError(
      `The socket's path ${config.socket} is longer than ${LONGEST_SOCKET} bytes. Give a shorter one with AMPOULE_SOCKET.`,
    );
  }
  if (config.keyFile !== null && config.passphraseFile !== null) {
    throw new ConfigError(
      `Both a key file (${config.keyFile}) and a passphrase file (${config.passphraseFile}) are configured. Leave one out.`,
    );
  }
  for (const key of ['keyFile', 'passphraseFile', 'auditHeadFile', 'bootstrapTokenFile'] as const) {
    const file = config[key];
    if (file === null || relative(config.dataDir, file).startsWith('..')) continue;
    throw new ConfigError(
      `${file} lies in the data directory ${config.dataDir}, so that whoever copies the vault has both. Give another place with ${OPTIONS.find((option) => option.key === key)?.variable}.`,
    );
  }
  return config;
}

/** The CLI's environment: address, token and session from variables, files and defaults. The CLI's only file that reads `process.env`. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { complete, directories } from '../defaults.js';
import { type Address, parseAddress } from './address.js';
import { CliError, usage } from './errors.js';
import { inForeground } from './foreground.js';
import type { Surroundings } from './surroundings.js';

const PASSED_ON = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** What the process really has around it. */
export function surroundings(): Surroundings {
  return {
    env: process.env,
    cwd: process.cwd(),
    root: process.getuid?.() === 0,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    onSignal: (listener) => {
      for (const signal of PASSED_ON) process.on(signal, listener);
      return () => {
        for (const signal of PASSED_ON) process.off(signal, listener);
      };
    },
    inForeground: () => inForeground(),
  };
}

type Around = Pick<Surroundings, 'env' | 'cwd' | 'root'>;

/** An empty variable counts as absent. */
function variable(around: Around, name: string): string | undefined {
  const text = around.env[name];
  return text === '' ? undefined : text;
}

/** The daemon's places when nobody configured any; null where there is no home directory. */
function defaults(around: Around): { socket: string; bootstrapTokenFile: string } | null {
  const home = variable(around, 'HOME');
  if (!around.root && !home?.startsWith('/')) return null;
  return complete({}, directories(around.env, { root: around.root, home: home ?? null, cwd: around.cwd }));
}

/** `AMPOULE_ADDR`, or the socket where a daemon of this user listens. */
export function apiAddress(around: Around): Address {
  const given = variable(around, 'AMPOULE_ADDR');
  if (given !== undefined) return parseAddress(given);
  const socket = defaults(around)?.socket;
  if (socket === undefined) throw usage('HOME is not set, so there is no default socket. Set AMPOULE_ADDR.');
  return { kind: 'unix', path: socket };
}

/** A token and where it came from; `token` is null where none was found, and `from` then says where we looked. */
export interface FoundToken {
  token: string | null;
  from: string;
}

/**
 * `AMPOULE_TOKEN`, the file `AMPOULE_TOKEN_FILE`, or the daemon's first operator token if we may read it.
 * @throws CliError where a file that somebody named cannot be read or holds no token.
 */
export function apiToken(around: Around): FoundToken {
  const given = variable(around, 'AMPOULE_TOKEN');
  if (given !== undefined) return { token: checked(given, 'AMPOULE_TOKEN'), from: 'AMPOULE_TOKEN' };
  const named = variable(around, 'AMPOULE_TOKEN_FILE');
  if (named !== undefined) {
    try {
      return { token: checked(readFileSync(named, 'utf8'), `The file ${named}`), from: named };
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw usage(`The file ${named} of AMPOULE_TOKEN_FILE cannot be read. Give one that you may read.`);
    }
  }
  const usual = defaults(around)?.bootstrapTokenFile;
  if (usual === undefined) return { token: null, from: 'AMPOULE_TOKEN and AMPOULE_TOKEN_FILE' };
  try {
    return { token: checked(readFileSync(usual, 'utf8'), `The file ${usual}`), from: usual };
  } catch (error) {
    if (error instanceof CliError) throw error;
    return { token: null, from: `AMPOULE_TOKEN, AMPOULE_TOKEN_FILE and ${usual}` };
  }
}

/** Anything else would be refused by the HTTP library with the token in its message. */
function checked(text: string, what: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw usage(`${what} holds no token. A token is one word, such as amp_op_…; make one with \`ampoule token new\`.`);
}

export interface NamedSession {
  session: string;
  /** `AMPOULE_SESSION`, or a file. */
  from: string;
}

/** The session that the environment or the nearest `.ampoule.json` names, and where it was named. */
export function namedSession(around: Around): NamedSession | null {
  const given = variable(around, 'AMPOULE_SESSION');
  if (given !== undefined) return { session: given, from: 'AMPOULE_SESSION' };
  for (let directory = around.cwd; ; directory = dirname(directory)) {
    const file = join(directory, '.ampoule.json');
    const settings = readSettings(file);
    if (settings?.session !== undefined) {
      if (typeof settings.session === 'string' && settings.session !== '') {
        return { session: settings.session, from: file };
      }
      throw usage(`"session" in ${file} is no name. Mend it: {"session": "dev"}, or run \`ampoule use dev\`.`);
    }
    if (directory === dirname(directory)) return null;
  }
}

/** The object in a `.ampoule.json`; null where there is no such file. */
export function readSettings(file: string): Record<string, unknown> | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for anything else that is no object.
  }
  throw usage(`${file} is not a JSON object. Mend it: {"session": "dev"}.`);
}

/** Colours only at a terminal, and never against NO_COLOR or a terminal that knows none. */
export function wantsColour(around: Pick<Surroundings, 'env'>, stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !around.env.NO_COLOR && around.env.TERM !== 'dumb';
}

/** The catalogue of providers: those that come with the daemon, and an operator's own. Reads files once, at the start; knows no secret. */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataReader } from '../data-file.js';
import { ConfigError } from '../options.js';
import { Provider } from './provider.js';

export interface Catalogue {
  /** By id. */
  list(): readonly Provider[];
  get(id: string): Provider | undefined;
}

const readOne = dataReader(Provider);

/** Absolute path of the directory with the files that come with the daemon: beside its bundle, or beside this source. */
export function builtInDirectory(from: string = import.meta.url): string {
  const here = dirname(fileURLToPath(from));
  const beside = join(here, 'providers');
  return existsSync(beside) ? beside : here;
}

/**
 * Reads all files of both directories; one of `own` takes the place of a built-in one with the same id.
 * @param own directory of an operator, or null.
 * @throws ConfigError, which names file and member.
 */
export function readCatalogue(own: string | null, builtIn: string = builtInDirectory()): Catalogue {
  const found = new Map(readAll(builtIn).map((provider) => [provider.id, provider]));
  if (own !== null) for (const provider of readAll(own)) found.set(provider.id, provider);
  const all = [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { list: () => all, get: (id) => found.get(id) };
}

function readAll(directory: string): Provider[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch {
    throw new ConfigError(
      `The directory of providers ${directory} cannot be read. Make it, or leave out AMPOULE_PROVIDERS_DIR.`,
    );
  }
  return names.sort().map((name) => readProvider(join(directory, name), name.slice(0, -'.json'.length)));
}

function readProvider(file: string, id: string): Provider {
  const wrong = (what: string) => new ConfigError(`${file} is no provider: ${what}. See docs/providers.md.`);
  const provider = readOne(file, wrong);
  if (provider.id !== id) throw wrong(`its id is ${provider.id}, so its name has to be ${provider.id}.json`);
  const problem = problemOf(provider);
  if (problem !== null) throw wrong(problem);
  return provider;
}

/** What a schema cannot say. */
function problemOf({ variables, check }: Provider): string | null {
  const names = variables.flatMap(({ env, followers = [] }) => [env, ...followers]);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `${twice} is there twice`;
  for (const { env, pattern, as, json } of variables) {
    if (json !== undefined && as !== 'file') return `${env} is JSON, and no file ("as": "file")`;
    if (pattern === undefined) continue;
    try {
      new RegExp(pattern, 'u');
    } catch {
      return `the pattern of ${env} is no regular expression`;
    }
  }
  const used = JSON.stringify([check?.path, check?.header, check?.basic]).matchAll(/\{([A-Z_a-z0-9]+)\}/g);
  const unknown = [...used].map(([, name = '']) => name).find((name) => !variables.some(({ env }) => env === name));
  return unknown === undefined ? null : `its check uses ${unknown}, which is none of its variables`;
}

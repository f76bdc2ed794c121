/** Reads the facts of signing in that come with the daemon, once, at the start. Knows no secret and asks nobody. */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataReader } from '../data-file.js';
import { ConfigError } from '../options.js';
import { OauthFact } from './fact.js';

/** By id, in alphabetical order. */
export type OauthFacts = ReadonlyMap<string, OauthFact>;

const readOne = dataReader(OauthFact);

/** Absolute path of the directory with the facts: beside the daemon's bundle, or beside this source. */
export function factsDirectory(from: string = import.meta.url): string {
  const here = dirname(fileURLToPath(from));
  const beside = join(here, 'oauth-facts');
  return existsSync(beside) ? beside : join(here, 'facts');
}

/** @throws ConfigError, which names file and member. */
export function readOauthFacts(directory: string = factsDirectory()): OauthFacts {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return new Map(names.sort().map((name) => [name.slice(0, -'.json'.length), readFact(join(directory, name))]));
}

function readFact(file: string): OauthFact {
  const wrong = (what: string) =>
    new ConfigError(`${file} says nothing of signing in: ${what}. Install Ampoule again.`);
  const fact = readOne(file, wrong);
  const problem = problemOf(fact, file);
  if (problem !== null) throw wrong(problem);
  return fact;
}

/** What a schema cannot say. */
function problemOf({ id, endpoints, paths, flows, revoke, scopes }: OauthFact, file: string): string | null {
  if (!file.endsWith(`/${id}.json`)) return `its id is ${id}`;
  if (Object.keys(endpoints).sort().join() !== Object.keys(paths).sort().join())
    return 'endpoints and paths are not of the same things';
  if (flows.includes('device') !== (endpoints.device !== undefined)) return 'the device flow needs its endpoint';
  if ((revoke.how === 'none') !== (endpoints.revocation === undefined)) return 'revocation needs its endpoint';
  if (!scopes.some(({ usual }) => usual)) return 'no scope is usual';
  return null;
}

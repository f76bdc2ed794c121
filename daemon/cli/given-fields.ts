/** Collects a provider's values as bytes that the caller wipes: from files, the environment, standard input, or a person. Never from an argument, but what is no secret. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProviderAnswer } from './answers.js';
import { usage } from './errors.js';
import { askHidden } from './hidden-prompt.js';
import type { Output } from './output.js';
import type { Surroundings } from './surroundings.js';
import { readAll } from './value.js';
import { askVisible } from './visible-prompt.js';

export interface Sources {
  /** `VARIABLE=@FILE`, or `VARIABLE=text` of what is no secret. */
  field?: string[];
  /** Those that are in the environment of the command line. */
  fromEnv?: true;
}
type Variable = ProviderAnswer['variables'][number];

/** Values by variable. @throws CliError (2) for what cannot be read, 130 for Ctrl-C. */
export async function givenFields(
  provider: ProviderAnswer,
  sources: Sources,
  around: Surroundings,
  output: Output,
): Promise<Map<string, Uint8Array>> {
  const given = new Map<string, Uint8Array>();
  for (const field of sources.field ?? []) {
    const [name, value] = fieldOf(provider, field, around);
    given.set(name, value);
  }
  if (sources.fromEnv === true) fromEnvironment(provider, around, given);
  if (given.size > 0) return given;
  if (sources.fromEnv === true)
    throw usage(`None of ${namesOf(provider)} is in the environment. Set them, or leave out --from-env.`);
  return around.stdin.isTTY === true ? asked(provider, around) : piped(provider, around, output);
}

function namesOf({ variables }: ProviderAnswer): string {
  return variables.map(({ env }) => env).join(', ');
}

function find(provider: ProviderAnswer, name: string): Variable {
  const variable = provider.variables.find(({ env }) => env === name);
  if (variable !== undefined) return variable;
  throw usage(
    `${provider.id} has ${namesOf(provider)}, and no such variable as was given. Run \`ampoule providers ${provider.id}\`.`,
  );
}

function fieldOf(provider: ProviderAnswer, field: string, { cwd }: Surroundings): [string, Uint8Array] {
  const at = field.indexOf('=');
  const variable = find(provider, at < 1 ? '' : field.slice(0, at));
  const text = field.slice(at + 1);
  if (text.startsWith('@')) {
    try {
      const bytes = new Uint8Array(readFileSync(resolve(cwd, text.slice(1))));
      return [variable.env, variable.as === 'file' ? bytes : withoutNewline(bytes)];
    } catch {
      throw usage(`The file for ${variable.env} cannot be read. Give it as --field ${variable.env}=@FILE.`);
    }
  }
  if (!variable.sensitive) return [variable.env, Buffer.from(text)];
  throw usage(
    `The value of ${variable.env} is never an argument: the process list would show it. Give --field ${variable.env}=@FILE, or type it when asked.`,
  );
}

function fromEnvironment(provider: ProviderAnswer, { env }: Surroundings, given: Map<string, Uint8Array>): void {
  for (const variable of provider.variables) {
    const text = env[variable.env];
    if (text === undefined || text === '' || given.has(variable.env)) continue;
    given.set(variable.env, variable.as === 'file' ? fileIn(variable.env, text) : Buffer.from(text));
  }
}

/** The variable of such a one holds a path. */
function fileIn(name: string, path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    throw usage(`The file that ${name} names cannot be read. Give it as --field ${name}=@FILE.`);
  }
}

/** Lines `VARIABLE=value`; empty ones and those that begin with # are passed over. */
async function piped(provider: ProviderAnswer, around: Surroundings, output: Output): Promise<Map<string, Uint8Array>> {
  const all = await readAll(around, 'lines VARIABLE=value', output);
  const given = new Map<string, Uint8Array>();
  try {
    let start = 0;
    while (start < all.length) {
      const end = all.indexOf(0x0a, start);
      const line = all.subarray(start, end === -1 ? all.length : end);
      start += line.length + 1;
      const bare = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
      if (bare.length === 0 || bare[0] === 0x23) continue;
      const at = bare.indexOf(0x3d);
      const name = Buffer.from(bare.subarray(0, Math.max(0, at))).toString('latin1');
      given.set(find(provider, name).env, bare.slice(at + 1));
    }
  } finally {
    all.fill(0);
  }
  if (given.size > 0) return given;
  throw usage(`Nothing was given. Pipe in lines such as ${provider.variables[0]?.env}=…, or run it at a terminal.`);
}

async function asked(provider: ProviderAnswer, around: Surroundings): Promise<Map<string, Uint8Array>> {
  const given = new Map<string, Uint8Array>();
  for (const variable of provider.variables) {
    const value = await askFor(variable, around);
    if (value.length > 0) given.set(variable.env, value);
  }
  return given;
}

async function askFor(variable: Variable, around: Surroundings): Promise<Uint8Array> {
  const { env, expected, required, sensitive } = variable;
  const skip = required
    ? ''
    : variable.default === undefined
      ? '; Enter leaves it out'
      : `; Enter takes ${variable.default}`;
  if (variable.as === 'file') {
    const path = await askVisible(`${env}, path of a file: ${expected}${skip}: `, around);
    return path === '' ? new Uint8Array(0) : fileIn(env, resolve(around.cwd, path));
  }
  if (!sensitive) return Buffer.from(await askVisible(`${env}: ${expected}${skip}: `, around));
  return askHidden(`${env} (hidden): ${expected}${skip}: `, around);
}

function withoutNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

/** Turns what somebody gives for a provider into a bundle for the vault: names, defaults, what is missing, unknown or looks wrong. Stores nothing. */

import { type Bundle, type InputProblem, type NewSecret, type NewValue, slugAccount } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import type { Provider, ProviderVariable } from '../providers/provider.js';
import { type ShapeProblem, shapeProblems, shapeText } from '../providers/shape.js';
import { parseDuration, parseTime } from './duration.js';
import type { RegisterBody } from './schemas/providers.js';
import { bytesOf, utf8Of } from './values.js';

export interface Gathered {
  bundle: Bundle;
  /** Throws SHAPE_UNEXPECTED where values that were looked at do not look right, unless they are to be stored as they are. */
  accept(): void;
  /** What was decided for the caller. @param created names of the secrets that were not there before. */
  notices(created: readonly string[]): string[];
  /** Overwrites what was plain. */
  wipe(): void;
}

/** @throws DaemonError INVALID_INPUT with every problem at once. */
export function gather(provider: Provider, body: RegisterBody): Gathered {
  assertFields(provider, body.fields);
  const values = new Map<string, NewValue>();
  const chosen = new Map<string, string>();
  const wrong: { variable: ProviderVariable; problems: ShapeProblem[] }[] = [];
  const wipe = () => {
    for (const value of values.values()) if ('plain' in value) value.plain.fill(0);
  };
  const items: (Bundle['items'][number] & { usual: boolean })[] = [];
  try {
    for (const [env, field] of Object.entries(body.fields)) values.set(env, formOf(env, field));
    for (const variable of provider.variables) {
      const usual = values.has(variable.env) ? null : defaultOf(variable, body.fields);
      if (usual !== null) {
        values.set(variable.env, { plain: new TextEncoder().encode(usual) });
        chosen.set(variable.env, usual);
      }
      const value = values.get(variable.env);
      if (value === undefined) continue;
      const look = (bytes: Uint8Array) => {
        const problems = shapeProblems(variable, variable.env, bytes);
        if (problems.length > 0) wrong.push({ variable, problems });
      };
      items.push({ secret: secretOf(provider, variable, body), value, look, usual: usual !== null });
    }
  } catch (error) {
    wipe();
    throw error;
  }
  const decided = (created: readonly string[]) =>
    items.flatMap(({ secret: { name, env = name }, usual }) => {
      if (!usual) return [];
      return created.includes(name)
        ? [`${env} is ${chosen.get(env)}, since nothing else was given.`]
        : [`${name} stays as it is, since nothing was given for it.`];
    });
  const told = () => wrong.map(({ variable, problems }) => shapeText(variable.env, variable, problems));
  return {
    bundle: { provider: provider.id, items },
    accept() {
      if (wrong.length === 0 || body.force === true) return;
      const pointers = wrong.flatMap(({ variable, problems }) =>
        problems.map(({ detail }): InputProblem => ({ pointer: `/fields/${variable.env}`, detail })),
      );
      const todo = `Give ${wrong.length === 1 ? 'it' : 'them'} again, or say "force": true (\`ampoule add ${provider.id} --force\`) to store what is there`;
      throw new DaemonError('SHAPE_UNEXPECTED', `${told().join('; ')}. ${todo}.`, { problems: pointers });
    },
    notices: (created) => [...decided(created), ...told().map((text) => `${text}. It is stored as it is.`)],
    wipe,
  };
}

function assertFields({ id, variables }: Provider, fields: RegisterBody['fields']): void {
  const names = variables.map(({ env }) => env);
  const given = new Set(Object.keys(fields));
  const problems: InputProblem[] = [...given]
    .filter((env) => !names.includes(env))
    .map((env) => ({
      pointer: `/fields/${env}`,
      detail: `${env} is no variable of ${id}, which has ${names.join(', ')}`,
    }));
  for (const { env, optional, oneOf, default: usual, defaultFrom } of variables)
    if (oneOf === undefined && optional !== true && usual === undefined && defaultFrom === undefined && !given.has(env))
      problems.push({ pointer: '/fields', detail: `${env} is missing` });
  for (const word of new Set(variables.flatMap(({ oneOf }) => oneOf ?? []))) {
    const group = variables.filter(({ oneOf }) => oneOf === word).map(({ env }) => env);
    const there = group.filter((env) => given.has(env));
    if (there.length !== 1)
      problems.push({
        pointer: '/fields',
        detail: `${there.length === 0 ? 'one' : 'only one'} of ${group.join(', ')} is wanted`,
      });
  }
  if (problems.length === 0) return;
  const list = problems.map(({ detail }) => detail).join('; ');
  throw new DaemonError('INVALID_INPUT', `${list}. What ${id} has: \`ampoule providers ${id}\`.`, { problems });
}

function formOf(env: string, field: RegisterBody['fields'][string]): NewValue {
  const pointer = `/fields/${env}`;
  if (typeof field === 'string') return { plain: utf8Of(field, pointer) };
  if ('base64' in field) return { plain: bytesOf(field.base64, `${pointer}/base64`) };
  return { sealed: bytesOf(field.sealedValue, `${pointer}/sealedValue`) };
}

/** What a variable has where nobody gives a value; from another one's JSON, which says it openly. */
function defaultOf({ default: usual, defaultFrom }: ProviderVariable, fields: RegisterBody['fields']): string | null {
  if (usual !== undefined) return usual;
  const from = defaultFrom === undefined ? undefined : fields[defaultFrom.variable];
  if (defaultFrom === undefined || from === undefined) return null;
  const text = typeof from === 'string' ? from : 'base64' in from ? Buffer.from(from.base64, 'base64').toString() : '';
  try {
    const member: unknown = JSON.parse(text)[defaultFrom.member];
    return typeof member === 'string' && member !== '' ? member : null;
  } catch {
    return null;
  }
}

function secretOf(provider: Provider, variable: ProviderVariable, body: RegisterBody): NewSecret {
  const { account, environment, description, tags, expiresAt, rotateEvery } = body;
  const { env, followers = [], as = 'env', sensitive = true } = variable;
  const slug = account === undefined ? null : (slugAccount(account) ?? account);
  return {
    name: `${env}${slug === null ? '' : `@${slug}`}${environment === undefined ? '' : `.${environment}`}`,
    ...{ env, followers, as, sensitive, provider: provider.id },
    ...(account === undefined ? {} : { account }),
    ...(environment === undefined ? {} : { environment }),
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
    ...(expiresAt === undefined || !sensitive ? {} : { expiresAt: parseTime(expiresAt, '/expiresAt') }),
    ...(rotateEvery === undefined || !sensitive
      ? {}
      : { rotateEvery: parseDuration(rotateEvery, '/rotateEvery', { min: 1000 }) }),
  };
}

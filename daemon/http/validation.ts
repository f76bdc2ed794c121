/** Checks bodies strictly (no coercion, unknown fields refused) and queries with coercion, and says what to mend. Copies no value. */

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { InputProblem } from '../../store/index.js';
import { DaemonError } from '../errors.js';

/** So many problems are told; more help nobody. */
const TOLD = 20;

const common = { allErrors: true, verbose: true, removeAdditional: false, strictTypes: false, strict: true } as const;
const strict = new Ajv({ ...common, coerceTypes: false });
const coercing = new Ajv({ ...common, coerceTypes: true });
for (const ajv of [strict, coercing]) {
  formats.default(ajv, ['date-time', 'ipv4', 'ipv6']);
}

/** Compiles at a route's first request: all of them at the start would take a fifth of a second. */
export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  let compiledCheck: ValidateFunction | null = null;
  const check = (data: unknown): boolean => {
    compiledCheck ??= (httpPart === 'body' ? strict : coercing).compile(schema);
    const fits = compiledCheck(data);
    check.errors = compiledCheck.errors ?? null;
    return fits;
  };
  check.errors = null as ErrorObject[] | null;
  return check;
};

const compiled = new WeakMap<object, ValidateFunction>();

/** Checks a body by hand, where a route takes more than JSON. Throws INVALID_INPUT. */
export function checkBody<S extends TSchema>(schema: S, body: unknown): Static<S> {
  const check = compiled.get(schema) ?? strict.compile(schema);
  compiled.set(schema, check);
  if (!check(body)) throw refusal(check.errors ?? [], 'body');
  return body as Static<S>;
}

/** The refusal for what a validator found. */
export function refusal(errors: readonly ErrorObject[], part: string): DaemonError {
  const problems = withoutBranches(errors)
    .slice(0, TOLD)
    .map((error) => problemOf(error, part));
  const where = part === 'body' ? 'The body does' : part === 'params' ? 'The path does' : 'The parameters do';
  const first = problems[0];
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see errors)` : '';
  return new DaemonError(
    'INVALID_INPUT',
    first === undefined
      ? `${where} not fit. See /openapi.json.`
      : `${where} not fit: ${first.pointer === '' ? '' : `${first.pointer}: `}${first.detail}${more}`,
    { problems },
  );
}

/** Of a choice between forms, keeps what is wrong with the form that was meant, or else the choice itself. */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  for (const choice of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    const inside = kept.filter(({ schemaPath }) => schemaPath.startsWith(`${choice.schemaPath}/`));
    const branches = new Map<string, ErrorObject[]>();
    for (const error of inside) {
      const branch = error.schemaPath.slice(choice.schemaPath.length + 1).split('/')[0] ?? '';
      branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const above = (keywords: RegExp) => (branch: ErrorObject[]) =>
      branch.every(({ keyword, instancePath }) => instancePath !== choice.instancePath || !keywords.test(keyword));
    const possible = [...branches.values()].filter(above(/^type$/));
    const likely = possible.length > 1 ? possible.filter(above(/./)) : possible;
    const shown = likely.length === 1 && likely[0] !== undefined ? likely[0] : [];
    const dropped = new Set<ErrorObject>(shown.length > 0 ? [choice, ...inside] : inside);
    kept = [...kept.filter((error) => !dropped.has(error)), ...shown];
  }
  return kept;
}

function problemOf(error: ErrorObject, part: string): InputProblem {
  const at = (path: string): string => (part === 'body' ? path : path.slice(1));
  const { keyword, instancePath, params, parentSchema } = error;
  const wanted = typeof parentSchema?.description === 'string' ? parentSchema.description : null;
  const give = wanted === null ? 'Mend it and send the request again.' : `Give ${wanted}.`;
  switch (keyword) {
    case 'required':
      return {
        pointer: at(`${instancePath}/${params.missingProperty}`),
        detail: `${params.missingProperty} is missing. Add it.`,
      };
    case 'additionalProperties':
      if (parentSchema !== undefined && 'patternProperties' in parentSchema) {
        return {
          pointer: at(instancePath),
          detail: `The name ${short(params.additionalProperty)} does not fit. ${give}`,
        };
      }
      return {
        pointer: at(`${instancePath}/${short(params.additionalProperty)}`),
        detail: `${short(params.additionalProperty)} is not known here. Leave it out${known(parentSchema)}.`,
      };
    case 'propertyNames':
      return { pointer: at(instancePath), detail: `The name ${short(params.propertyName)} does not fit. ${give}` };
    case 'type':
      return {
        pointer: at(instancePath),
        detail: `This is ${kindOf(error.data)} and must be ${[params.type].flat().join(' or ')}. ${give}`,
      };
    case 'enum':
      return { pointer: at(instancePath), detail: `Choose one of ${params.allowedValues.join(', ')}.` };
    case 'const':
      return { pointer: at(instancePath), detail: `This can only be ${JSON.stringify(params.allowedValue)}. ${give}` };
    case 'anyOf':
      return { pointer: at(instancePath), detail: `This has none of the forms that it may have. ${give}` };
    case 'pattern':
      return { pointer: at(instancePath), detail: `This does not have the right form. ${give}` };
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return { pointer: at(instancePath), detail: `This is too short. ${give}` };
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return { pointer: at(instancePath), detail: `This is too long: ${params.limit} is the most. ${give}` };
    case 'uniqueItems':
      return { pointer: at(instancePath), detail: 'Something stands in it twice. Leave the second out.' };
    default:
      return { pointer: at(instancePath), detail: `This ${error.message ?? 'does not fit'}. ${give}` };
  }
}

function known(schema: unknown): string {
  const properties = typeof schema === 'object' && schema !== null && 'properties' in schema ? schema.properties : {};
  const names = Object.keys(properties ?? {});
  return names.length === 0 ? '' : `; there are ${names.join(', ')}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A name out of the input, cut so that nothing long comes back. */
function short(name: unknown): string {
  const text = String(name);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

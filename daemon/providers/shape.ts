/** Whether a value looks as its provider's do, and what is wrong with it in words. Says nothing of the value itself, and keeps no copy. */

import type { ProviderVariable } from './provider.js';

/** Something wrong with a value: a stable word for programs, a clause for people ("ends with a newline"). */
export interface ShapeProblem {
  kind: 'newline' | 'spaces' | 'quotes' | 'assignment' | 'placeholder' | 'empty' | 'text' | 'json' | 'shape';
  detail: string;
}

/** Values that stand where one is to be put. */
const PLACEHOLDER =
  /^(<.*>|\$\{?[A-Za-z_]+\}?|(your|my|the)[-_ ].*|x{3,}|\*{3,}|\.{3,}|changeme|change[-_]me|todo|replace[-_]?me.*|secret|password|example|null|undefined)$/i;

/** How people begin the names of their projects and hosts, which are no secrets. */
const OWN = /^(my|the)[-_ ]/i;

/**
 * What looks wrong, the most telling first; none: it fits.
 * @param bytes the value; read, and not kept.
 */
export function shapeProblems(variable: ProviderVariable | null, name: string, bytes: Uint8Array): ShapeProblem[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return variable === null ? [] : [{ kind: 'text', detail: 'is no UTF-8 text' }];
  }
  const file = variable?.as === 'file';
  const slips = file ? fileSlips(text) : valueSlips(text, name, variable?.sensitive !== false);
  return slips.length > 0 || variable === null ? slips : unlike(variable, text);
}

/** The problems in words, for people: "GITHUB_TOKEN is not a token that begins with … (https://…)". @param label what it is called */
export function shapeText(label: string, variable: ProviderVariable | null, problems: readonly ShapeProblem[]): string {
  const shape = problems.some(({ kind }) => kind === 'shape' || kind === 'json');
  const page = shape && variable !== null ? ` (${variable.source})` : '';
  return `${label} ${problems.map(({ detail }) => detail).join(', and ')}${page}`;
}

/** What happens on the way from a page to here, whoever the vendor is. */
function valueSlips(text: string, name: string, sensitive: boolean): ShapeProblem[] {
  const bare = text.trim();
  const found: ShapeProblem[] = [];
  if (bare === '') return [{ kind: 'empty', detail: 'is empty' }];
  if (/[\r\n]$/.test(text)) found.push({ kind: 'newline', detail: 'ends with a newline' });
  if (/^[ \t]|[ \t]$/.test(text)) found.push({ kind: 'spaces', detail: 'begins or ends with a space' });
  if (bare.length > 1 && /^(["'`]).*\1$/s.test(bare)) found.push({ kind: 'quotes', detail: 'has quotes around it' });
  if (bare.startsWith(`${name}=`) || /^export\s+\w+=/.test(bare))
    found.push({ kind: 'assignment', detail: 'begins with the variable: only what comes after = is the value' });
  if (PLACEHOLDER.test(bare) && (sensitive || !OWN.test(bare)))
    found.push({ kind: 'placeholder', detail: 'is a placeholder, not a value' });
  return found;
}

function fileSlips(text: string): ShapeProblem[] {
  return text.trim() === '' ? [{ kind: 'empty', detail: 'is empty' }] : [];
}

function unlike({ json, pattern, expected }: ProviderVariable, text: string): ShapeProblem[] {
  if (json !== undefined) return fitsJson(json, text) ? [] : [{ kind: 'json', detail: `is not ${expected}` }];
  if (pattern === undefined || new RegExp(pattern, 'u').test(text)) return [];
  return [{ kind: 'shape', detail: `is not ${expected}` }];
}

function fitsJson(members: Readonly<Record<string, string | null>>, text: string): boolean {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof json !== 'object' || json === null) return false;
  const found = new Map<string, unknown>(Object.entries(json));
  return Object.entries(members).every(
    ([name, wanted]) => found.has(name) && (wanted === null || found.get(name) === wanted),
  );
}

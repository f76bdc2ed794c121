/** The bounds of a launcher: what an absent member means, what is well-formed, and what lies outside. Refuses nothing itself. */

import { resolve } from 'node:path';
import type { InputProblem } from './errors.js';
import { environmentProblem } from './names.js';
import { quote } from './problems.js';
import { readSelector, type Selectable, selectedByAny } from './selector.js';
import type { Allowance, SandboxSettings } from './types.js';

/** What an absent member of an allowance means. */
export const DEFAULT_ALLOWANCE: Readonly<Required<Allowance>> = {
  secrets: [],
  environments: [],
  images: ['*'],
  privileges: ['standard'],
  hostPaths: [],
  networks: ['bridge', 'none'],
  publish: ['127.0.0.1'],
  maxSandboxes: 50,
};

/** Label keys that only the daemon sets. */
export const OWN_LABELS = 'dev.ampoule.';

/** The allowance with every member filled in. */
export function effective(allow: Allowance): Required<Allowance> {
  return { ...DEFAULT_ALLOWANCE, ...allow };
}

/** What is wrong with an allowance that somebody wants to give. */
export function allowanceProblems(allow: Allowance, pointer = '/allow'): InputProblem[] {
  const problems: InputProblem[] = [];
  const each = (member: keyof Allowance, check: (text: string) => string | null) => {
    const texts = allow[member];
    if (!Array.isArray(texts)) return;
    for (const [index, text] of texts.entries()) {
      const detail = check(text);
      if (detail !== null) problems.push({ pointer: `${pointer}/${member}/${index}`, detail });
    }
  };
  each('secrets', (text) => readSelector(text, '').problem?.detail ?? null);
  each('environments', environmentProblem);
  each('images', (text) => (/^[\x21-\x7e]{1,255}$/.test(text) ? null : `${quote(text)} is no pattern of an image`));
  each('privileges', (text) =>
    ['standard', 'strict', 'sudo'].includes(text) ? null : `${quote(text)} is none of standard, strict, sudo`,
  );
  each('hostPaths', (text) =>
    text.startsWith('/') && resolve(text) === text ? null : `${quote(text)} is no absolute path without . and ..`,
  );
  each('networks', (text) => (text.length > 0 && text.length <= 128 ? null : 'is empty or longer than 128 characters'));
  each('publish', (text) => (/^[0-9a-fA-F.:]{2,45}$/.test(text) ? null : `${quote(text)} is no IP address`));
  const most = allow.maxSandboxes;
  if (most !== undefined && !(Number.isInteger(most) && most >= 0 && most <= 100_000))
    problems.push({ pointer: `${pointer}/maxSandboxes`, detail: 'is not a whole number from 0 to 100000' });
  return problems;
}

export function allowsSecret(allow: Allowance, secret: Selectable): boolean {
  return selectedByAny(effective(allow).secrets, secret);
}

/** Sessions without an environment are always allowed. */
export function allowsEnvironment(allow: Allowance, environment: string | null): boolean {
  return environment === null || effective(allow).environments.includes(environment);
}

/** Why a launcher with this allowance may not have such a sandbox; empty: it may. */
export function outOfBounds(allow: Allowance, settings: SandboxSettings): string[] {
  const bounds = effective(allow);
  const reasons: string[] = [];
  if (!bounds.images.some((pattern) => matchesGlob(pattern, settings.image))) reasons.push(`image ${settings.image}`);
  if (!bounds.privileges.includes(settings.privileges)) reasons.push(`privileges ${settings.privileges}`);
  if (!bounds.networks.includes(settings.network)) reasons.push(`network ${settings.network}`);
  for (const ip of new Set(settings.ports.map((port) => port.ip)))
    if (!bounds.publish.includes(ip)) reasons.push(`a port published on ${ip}`);
  const { workspace } = settings;
  if (workspace.kind === 'hostPath' && !bounds.hostPaths.some((directory) => isBelow(directory, workspace.hostPath)))
    reasons.push(`workspace ${workspace.hostPath}`);
  if (workspace.kind === 'volume' && workspace.foreign) reasons.push(`volume ${workspace.volume}`);
  for (const label of Object.keys(settings.labels)) if (label.startsWith(OWN_LABELS)) reasons.push(`label ${label}`);
  return reasons;
}

/** `path` is `directory` or lies in it. Links are not followed: whoever mounts it resolves them first. */
function isBelow(directory: string, path: string): boolean {
  const inside = resolve(path);
  return inside === directory || inside.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** Whole-text match in linear time; `*` stands for any characters, `/` among them. */
export function matchesGlob(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}

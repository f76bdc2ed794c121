/** What a person does after a leak, in order: at the provider first, then here. Text only; calls nobody. */

import type { Secret } from '../../store/index.js';

/** What a provider's own pages say. */
export interface Guide {
  page: string;
  steps: string[];
}
/** Of one provider; null: it is not known here. */
export type Guides = (provider: string) => { revoke: Guide; rotate: Guide } | null;

export interface Rotation {
  revoke: string[];
  revokePage: string | null;
  rotate: string[];
  rotatePage: string | null;
  /** Stores the new value. */
  command: string;
}

/** Names in commands are safe for a shell: no secret's name needs quotes. */
export function rotationOf({ name, provider }: Pick<Secret, 'name' | 'provider'>, guides: Guides): Rotation {
  const known = provider === null ? null : guides(provider);
  const where = provider ?? 'whoever gave it out';
  return {
    revoke: known?.revoke.steps ?? [`Revoke the value at ${where}, so that nobody can use it any more.`],
    revokePage: known?.revoke.page ?? null,
    rotate: known?.rotate.steps ?? [`Make a new value at ${where}, with no more rights than are needed.`],
    rotatePage: known?.rotate.page ?? null,
    command: `ampoule secret set ${name}`,
  };
}

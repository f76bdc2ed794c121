/** What is said to whoever stores a value that does not look as its provider's do. Refuses nothing, and says nothing of the value itself. */

import type { Look } from '../../store/index.js';
import type { Catalogue } from '../providers/catalogue.js';
import { shapeProblems, shapeText } from '../providers/shape.js';

/** To be shown a value before it is stored, and asked for notices afterwards. */
export interface ShapeWatch {
  look: Look;
  notices(): string[];
}

/** Looks at values of secrets whose provider is known; of others nobody knows what they look like. */
export function watchShape(providers: Catalogue): ShapeWatch {
  const told: string[] = [];
  return {
    look({ name, env, provider: id }, bytes) {
      const provider = id === null ? undefined : providers.get(id);
      if (provider === undefined) return;
      const variable =
        provider.variables.find((one) => one.env === env || one.followers?.includes(env) === true) ?? null;
      const problems = shapeProblems(variable, env, bytes);
      if (problems.length === 0) return;
      const what = shapeText(name, variable, problems);
      told.push(`${what}. It is stored as it is; to store another: \`ampoule secret set ${name}\`.`);
    },
    notices: () => told,
  };
}

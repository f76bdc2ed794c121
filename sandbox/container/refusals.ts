/** What a plan cannot do, in words that end with what to do; pure. */

import type { SandboxCode } from '../errors.js';

/** `retry`: time or somebody else will mend it. */
export interface Refusal {
  code: SandboxCode;
  message: string;
  retry: boolean;
}

/** Whatever needs values while there is no key. */
export const SEALED: Refusal = {
  code: 'WISH_SEALED',
  message: 'The vault is sealed: values are taken away, but none is given. Run `ampoule vault unseal`.',
  retry: true,
};
/** A name that is somebody else's. */
export function taken(name: string): Refusal {
  return {
    code: 'CONTAINER_NAME_TAKEN',
    message: `Another container is called ${name}, and it is not ours to remove. Rename or remove it (\`docker rename ${name} OTHER\`).`,
    retry: false,
  };
}

/** An image that is not there and may not be pulled. */
export function missing(image: string): Refusal {
  return {
    code: 'IMAGE_NOT_FOUND',
    message: `The image ${image} is not on this engine, and the sandbox does not pull. Run \`docker pull ${image}\`, or ask for pull "missing".`,
    retry: false,
  };
}

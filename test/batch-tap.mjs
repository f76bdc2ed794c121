/** What a test file of a batch gets when it imports tap: a test of its own. Also the loader's hook that sees to it. Runs nothing. */

const asked = new URL(import.meta.url);
const batch = new URL('./batch.ts', import.meta.url).href;

/** As `module.register` calls it: a test file that wants tap is sent here, each with an address of its own. */
export async function resolve(specifier, context, next) {
  const parent = context.parentURL ?? '';
  if (specifier !== 'tap' || parent === batch || /\/node_modules\//.test(parent)) return next(specifier, context);
  // It would get the test of the whole batch, and what fails there would be nobody's.
  if (!/\.test\.ts$/.test(parent))
    throw new Error(`${parent} imports tap: only test files may, others are given their test`);
  const url = new URL(asked);
  url.searchParams.set('of', context.parentURL);
  return { url: url.href, format: 'module', shortCircuit: true };
}

/** In the thread of the tests; batch.ts has put it there. */
export default globalThis[Symbol.for('ampoule.test.batch')]?.get(asked.searchParams.get('of'));

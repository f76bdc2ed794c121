/** Waiting for the world to reach a state, with a bound and a message. Never asserts a time. */

/** Calls `look` until it gives something else than null, undefined or false; throws after `withinMs`, naming `what`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  options: { withinMs?: number; everyMs?: number; explain?: () => string | Promise<string> } = {},
): Promise<T> {
  const { withinMs = 90_000, everyMs = 50, explain } = options;
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) {
      const more = explain === undefined ? '' : `\n${await explain()}`;
      throw new Error(`Waited ${withinMs} ms in vain for: ${what}${more}`);
    }
    await pause(everyMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

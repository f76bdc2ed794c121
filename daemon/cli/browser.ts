/** Opens an address in the person's browser, where they asked for that. Waits for nothing, and knows no API. */

import { spawn } from 'node:child_process';
import type { Surroundings } from './surroundings.js';

/** false: there is nothing here that opens addresses, or it is none of the web. */
export async function openBrowser(url: string, { env, cwd }: Pick<Surroundings, 'env' | 'cwd'>): Promise<boolean> {
  if (!/^https?:\/\//.test(url)) return false;
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  return await new Promise((resolve) => {
    const child = spawn(program, [url], { env, cwd, stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

/** Runs a program that takes its time and says every few seconds that it still works. Plain JavaScript, as setup.mjs is. */

import { spawn } from 'node:child_process';

/** Milliseconds between two lines. */
const EVERY = 10_000;

/**
 * Gives the program's exit status; 127 where it could not be started.
 * @param title what is done, as the lines begin
 * @param every milliseconds between two lines
 */
export function runTelling(title, file, args, options, every = EVERY) {
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  const telling = setInterval(() => console.log(`${title}: ${seconds()} s …`), every);
  return new Promise((resolve) => {
    const ended = (status) => {
      clearInterval(telling);
      if (status === 0) console.log(`${title}: done after ${seconds()} s`);
      resolve(status);
    };
    const child = spawn(file, args, { stdio: 'inherit', ...options });
    child.once('error', () => ended(127));
    child.once('close', (status) => ended(status ?? 1));
  });
}

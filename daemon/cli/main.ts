/** Entry of the `ampoule` program: real surroundings in, exit code out. */

import { version } from '../version.js';
import { surroundings } from './environment.js';
import { EXIT } from './errors.js';
import { run } from './program.js';

// A reader that has seen enough (`ampoule secret ls | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 125));

const code = await run(process.argv.slice(2), surroundings(), version);
// What was written for a reader that stands still is not waited for.
if (code === EXIT.interrupted) process.exit(code);
process.exitCode = code;
// An open standard input would keep the process; what was written is flushed by then.
process.stdin.unref?.();

/**
 * `npm run bench`: measures Ampoule against Docker itself on an engine of its own, and says which goals are met.
 *
 *   npm run bench                      everything; also writes docs/bench.md and docs/bench.svg
 *   npm run bench -- --quick           reduced counts, writes nothing
 *   npm run bench -- --only start,env  lines whose names begin so, writes nothing
 *   npm run bench -- --json            the results as JSON
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { must } from '../engine/command.js';
import type { Line } from './line.js';
import { activationLines } from './lines/activation.js';
import { coldStartLines } from './lines/cold-start.js';
import { commandLine } from './lines/command.js';
import { manyLines } from './lines/many.js';
import { metadataLines } from './lines/metadata.js';
import { replacementLines } from './lines/replacement.js';
import { scanLines } from './lines/scan.js';
import { startLines } from './lines/start.js';
import { machineOf } from './machine.js';
import { type Options, parse } from './options.js';
import { asPicture } from './picture.js';
import { daemonWithSecrets } from './registered.js';
import { asPage, asText, type Failed, type Results } from './report.js';
import { makeWorld, type World } from './world.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SECRETS = 1000;

/** In the order in which they are measured; what makes many containers comes last. */
const PARTS: Record<string, (world: World) => Promise<Line[]>> = {
  start: startLines,
  activate: activationLines,
  command: async (world) => [await commandLine(world)],
  env: replacementLines,
  vault: async (world) => {
    const daemon = await daemonWithSecrets(world, SECRETS);
    try {
      const metadata = await metadataLines(world, daemon);
      await daemon.stop();
      return [...metadata, ...(await coldStartLines(world, daemon))];
    } finally {
      await daemon.remove();
    }
  },
  scan: scanLines,
  many: manyLines,
};

async function measure(options: Options): Promise<Results> {
  // What is measured is what is built.
  await must('npm', ['run', '--silent', 'build'], { cwd: ROOT, withinMs: 300_000 });
  const say = (text: string): void => console.error(`bench: ${text}`);
  const world = await makeWorld({ quick: options.quick, say });
  const lines: Line[] = [];
  const failed: Failed[] = [];
  try {
    const machine = await machineOf(world);
    for (const [id, part] of Object.entries(PARTS)) {
      if (options.only.length > 0 && !options.only.some((name) => id.startsWith(name))) continue;
      say(id);
      try {
        lines.push(...(await part(world)));
      } catch (error) {
        failed.push({ id, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return { machine, quick: options.quick, lines, failed };
  } finally {
    await world.close();
  }
}

const options = parse(process.argv.slice(2));
const results = await measure(options);
console.log(options.json ? JSON.stringify(results, null, 2) : asText(results));
if (!options.quick && options.only.length === 0) {
  writeFileSync(`${ROOT}docs/bench.md`, asPage(results));
  writeFileSync(`${ROOT}docs/bench.svg`, asPicture(results));
  console.error('bench: wrote docs/bench.md and docs/bench.svg');
}
// A goal that is missed is a result; a line that could not be measured is a fault.
process.exitCode = results.failed.length > 0 ? 1 : 0;

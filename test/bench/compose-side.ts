/** docker-compose's way to change a variable: a project of one service, brought up again with another value. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../engine/command.js';
import { program } from '../engine/needs.js';

export interface ComposeSide {
  /** `up -d` with this value. */
  up(value: string): Promise<void>;
  down(): Promise<void>;
}

/** null where no docker-compose is installed. */
export function composeSide(dockerHost: string, image: string): ComposeSide | null {
  if (program('docker-compose') === null) return null;
  const directory = mkdtempSync('/tmp/ab-');
  const file = join(directory, 'docker-compose.yml');
  // `init`, so that it ends at TERM: without it each change would take the ten seconds of grace.
  writeFileSync(
    file,
    `version: "3.7"
services:
  box:
    image: ${image}
    command: ["sleep", "86400"]
    init: true
    network_mode: none
    environment:
      BENCH_COMPOSE: "\${BENCH_COMPOSE}"
`,
  );
  const compose = async (value: string, ...args: string[]): Promise<void> => {
    const env = { DOCKER_HOST: dockerHost, BENCH_COMPOSE: value };
    const ran = await run('docker-compose', ['-p', 'bench', '-f', file, ...args], { env, cwd: directory });
    if (ran.code !== 0) throw new Error(`docker-compose ${args.join(' ')} ended with ${ran.code}: ${ran.stderr}`);
  };
  return {
    up: (value) => compose(value, 'up', '-d'),
    down: async () => {
      await compose('', 'down');
      rmSync(directory, { recursive: true });
    },
  };
}

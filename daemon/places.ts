/** Makes the directories that the daemon writes to, for nobody else. Never changes what a person made. */

import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config.js';
import { ConfigError } from './options.js';

/** Makes missing directories with mode 0700. @throws ConfigError where one cannot be made or others may write to it. */
export function makePlaces(config: Config): void {
  for (const path of [config.dataDir, config.runDir]) makePrivate(path, true);
  for (const file of [config.socket, config.auditHeadFile, config.bootstrapTokenFile])
    makePrivate(dirname(file), false);
}

/** @param alone whether others may not even look in */
export function makePrivate(path: string, alone: boolean): void {
  let mode: number;
  let owner: number;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    ({ mode, uid: owner } = statSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConfigError(`The directory ${path} cannot be made (${code}). Make it, or choose another one.`);
  }
  if (alone && owner !== process.getuid?.()) {
    throw new ConfigError(`The directory ${path} belongs to somebody else. Run \`chown $(id -u) ${path}\`.`);
  }
  if (alone && (mode & 0o077) !== 0) {
    throw new ConfigError(`The directory ${path} is open to others. Run \`chmod 700 ${path}\`.`);
  }
}

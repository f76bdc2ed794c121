/** `ampouled` in the foreground: opens the vault, looks at Docker, serves, and stops within 5 s when asked to. */

import closeWithGrace from 'close-with-grace';
import { openVault } from '../store/index.js';
import { writeBootstrapToken } from './bootstrap.js';
import { compose } from './compose.js';
import { assembleSandboxes } from './compose-sandbox.js';
import type { Config, Environment } from './config.js';
import { failureOf } from './failure.js';
import { buildApp } from './http/app.js';
import { listen } from './http/listen.js';
import { createLog } from './log.js';
import { makePlaces } from './places.js';
import { schedule } from './scheduler.js';
import { testing } from './testing.js';
import { unlockFrom } from './unlock.js';
import { version } from './version.js';

/** Milliseconds after which a stop that hangs is no longer waited for. */
const PATIENCE = 4_500;
/** Events of close-with-grace that are left to Node: a handler of a broken process only delays its end. */
const LEFT_ALONE: closeWithGrace.AllEvents[] = [
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'beforeExit',
];

/** Resolves when the daemon serves. @throws what keeps it from starting. */
export async function run(config: Config, env: Environment): Promise<void> {
  const log = createLog(config.logLevel);
  const hooks = await testing(env);
  makePlaces(config);
  const { unlock, madeKeyFile } = unlockFrom(config);
  if (madeKeyFile !== null)
    say(`Made the key file ${madeKeyFile}. Keep a copy of it elsewhere: lose the key, lose the vault.`);

  const vault = await openVault({
    ...{ dataDir: config.dataDir, unlock, auditHeadFile: config.auditHeadFile, runDir: config.runDir, version },
    ...(hooks === null ? {} : hooks.vault),
    onFatal() {
      log.error('the disk lost a write: sealed, ending', { code: 'STORAGE_FAILED' });
      process.exit(125);
    },
  });
  if (writeBootstrapToken(vault, config.bootstrapTokenFile)) {
    say(`Wrote an operator token to ${config.bootstrapTokenFile}.`);
  }

  const { delivery, reconciler } = assembleSandboxes(config, vault, log, hooks?.sandbox);
  const scheduler = { reschedule: () => undefined, stop: () => undefined } as ReturnType<typeof schedule>;
  const { parts, begun, changed } = compose({
    ...{ config, vault, reconciler, delivery, log, version },
    reschedule: () => scheduler.reschedule(),
  });
  const app = await buildApp(parts);
  const listening = await listen(app, config);
  Object.assign(scheduler, schedule({ vault, changed, wakeAll: () => reconciler.wakeAll(), log }));

  closeWithGrace({ delay: PATIENCE, logger: false, skip: LEFT_ALONE }, async ({ signal, err }) => {
    if (err !== undefined) {
      process.stderr.write(`ampouled: ${failureOf(err).message}\n`);
      log.error('ending after an unexpected error', { code: 'INTERNAL' });
    } else log.info('stopping', { cause: signal ?? 'asked' });
    scheduler.stop();
    await listening.close();
    await reconciler.stop();
    vault.close();
  });

  const state = vault.status().state;
  if (state === 'sealed') say('The vault is sealed: nothing is delivered. Run `ampoule vault unseal`.');
  say(`ampouled ${version} is ready at ${listening.addresses.join(' and ')} (vault ${state})`);
  begin(reconciler.start(), begun, () => {
    if (!reconciler.reachable()) say(`Docker does not answer at ${config.dockerHost}: sandboxes wait until it does.`);
  });
}

/** Tells the person at the terminal; the log is for machines. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function begin(look: Promise<void>, begun: () => void, then: () => void): void {
  look.then(
    () => {
      begun();
      then();
    },
    (error: unknown) => {
      // An unhandled rejection ends the process, as it should when the first look fails for another reason than Docker.
      throw error;
    },
  );
}

/** `ampouled` in the foreground: opens the vault, looks at Docker, serves, and stops within 5 s when asked to. */

import closeWithGrace from 'close-with-grace';
import { openVault, StoreError, type Vault } from '../store/index.js';
import { writeBootstrapToken } from './bootstrap.js';
import { compose } from './compose.js';
import { assembleSandboxes } from './compose-sandbox.js';
import type { Config, Environment } from './config.js';
import { hostAndPort } from './defaults.js';
import { failureOf } from './failure.js';
import { buildApp } from './http/app.js';
import { type Listening, listen } from './http/listen.js';
import { createLog } from './log.js';
import { assembleOauth } from './oauth/assemble.js';
import type { Logger, Parts } from './parts.js';
import { makePlaces } from './places.js';
import { readCatalogue } from './providers/catalogue.js';
import { type Scheduler, schedule } from './scheduler.js';
import { sealedLines } from './sealed-start.js';
import { type Testing, testing } from './testing.js';
import { unlockFrom } from './unlock.js';
import { makeUpkeep } from './upkeep.js';
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
  makePlaces(config);
  const providers = readCatalogue(config.providersDir);
  const hooks = await testing(env);
  const vault = await openedVault(config, log, hooks);
  const sandboxing = assembleSandboxes({
    ...{ config, vault, log, failpoint: hooks?.sandbox, init: hooks?.init },
    refused: (reason) => parts.metrics.count('ampoule_init_refusals_total', { reason }),
  });
  const { delivery, deliveries, inspection, reconciler, writeHolders, scans, prove } = sandboxing;
  let scheduler: Scheduler | null = null;
  const oauth = assembleOauth({
    ...{ config, vault, providers, log, failpoint: hooks?.sandbox },
    surroundings: () => ({ events: parts.events, metrics: parts.metrics, changed: (ids) => changed(ids, []) }),
  });
  const { parts, begun, changed, expired } = compose({
    ...{
      config,
      vault,
      reconciler,
      delivery,
      deliveries,
      inspection,
      providers,
      oauth,
      writeHolders,
      scans,
      prove,
      log,
      version,
    },
    reschedule: () => scheduler?.reschedule(),
  });
  const listening = await served(parts, config, vault);
  const chores = makeUpkeep({
    ...{ vault, retention: config.historyRetention, now: Date.now },
    reached: (id) => parts.events.emit({ kind: 'secret', id }),
  });
  scheduler = schedule({
    ...{ vault, changed, expired, log, wakeAll: () => reconciler.wakeAll() },
    chores: [...chores, ...oauth.chores()],
  });

  closeWithGrace({ delay: PATIENCE, logger: false, skip: LEFT_ALONE }, async ({ signal, err }) => {
    if (err !== undefined) {
      process.stderr.write(`ampouled: ${failureOf(err).message}\n`);
      log.error('ending after an unexpected error', { code: 'INTERNAL' });
    } else log.info('stopping', { cause: signal ?? 'asked' });
    scheduler?.stop();
    await Promise.all([listening.close(), reconciler.stop(), deliveries.stop(), oauth.stop()]);
    await sandboxing.close();
    vault.close();
  });

  const state = vault.status().state;
  if (state === 'sealed') for (const line of sealedLines(vault.sandboxes.census(), Date.now())) say(line);
  say(`ampouled ${version} is ready at ${listening.addresses.join(' and ')} (vault ${state})`);
  deliveries.start();
  // A rejection nobody handles ends the process, as it should when the first look fails for another reason than Docker.
  void reconciler.start().then(() => {
    begun();
    if (!reconciler.reachable()) say(`Docker does not answer at ${config.dockerHost}: sandboxes wait until it does.`);
  });
}

/** The vault with its key and, at its first start, its first operator token. */
async function openedVault(config: Config, log: Logger, hooks: Testing | null): Promise<Vault> {
  const { unlock, madeKeyFile } = unlockFrom(config);
  if (madeKeyFile !== null) {
    say(`Made the key file ${madeKeyFile}. Keep a copy of it elsewhere: lose the key, lose the vault.`);
  }
  const vault = await openVault({
    ...{ dataDir: config.dataDir, unlock, auditHeadFile: config.auditHeadFile, runDir: config.runDir, version },
    ...(hooks === null ? {} : hooks.vault),
    onFatal() {
      log.error('the disk lost a write: sealed, ending', { code: 'STORAGE_FAILED' });
      process.exit(125);
    },
  }).catch((error: unknown) => {
    const { passphraseFile } = config;
    throw passphraseFile !== null && error instanceof StoreError && error.code === 'PASSPHRASE_WRONG'
      ? wrongInFile(passphraseFile)
      : error;
  });
  if (writeBootstrapToken(vault, config.bootstrapTokenFile)) {
    say(`Wrote an operator token to ${config.bootstrapTokenFile}.`);
  }
  return vault;
}

/** Nobody can unseal a daemon that has not started. */
function wrongInFile(file: string): StoreError {
  return new StoreError(
    'PASSPHRASE_WRONG',
    `The passphrase in ${file} does not open the vault. Write the right one into it, or start without AMPOULE_PASSPHRASE_FILE and run \`ampoule vault unseal\`.`,
  );
}

async function served(parts: Parts, config: Config, vault: Vault): Promise<Listening> {
  try {
    const listening = await listen(await buildApp(parts), config);
    if (config.listen !== null && !isLoopback(config.listen.host)) {
      say(
        `It listens on ${hostAndPort(config.listen)} without TLS: whoever is on the way reads tokens and values. Put a proxy with TLS before it, or set AMPOULE_LISTEN=127.0.0.1:7433.`,
      );
    }
    return listening;
  } catch (error) {
    vault.close();
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** Tells the person at the terminal; the log is for machines. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

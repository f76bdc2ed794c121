/** Where things lie when nobody says: system directories for root, the XDG directories for everybody else. Touches no file. */

import { join } from 'node:path';
import type { Config } from './config.js';
import { ConfigError, type Settings } from './options.js';

/** Who the daemon runs as. */
export interface Host {
  root: boolean;
  home: string | null;
  cwd: string;
}

export interface Directories {
  config: string;
  data: string;
  state: string;
  run: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The four directories. Data and state are apart, so that no one `rm` takes the vault and the head of its audit chain. */
export function directories(env: Environment, host: Host): Directories {
  if (host.root) {
    return { config: '/etc/ampoule', data: '/var/lib/ampoule', state: '/var/lib/ampoule-state', run: '/run/ampoule' };
  }
  const { home } = host;
  if (home === null) {
    throw new ConfigError('HOME is not set, so there is no place for the vault. Set HOME, or start as root.');
  }
  const xdg = (name: string, fallback: string): string => {
    const given = env[name];
    return join(given?.startsWith('/') ? given : join(home, fallback), 'ampoule');
  };
  const state = xdg('XDG_STATE_HOME', '.local/state');
  return {
    config: xdg('XDG_CONFIG_HOME', '.config'),
    data: xdg('XDG_DATA_HOME', '.local/share'),
    state,
    run: env.XDG_RUNTIME_DIR?.startsWith('/') ? join(env.XDG_RUNTIME_DIR, 'ampoule') : join(state, 'run'),
  };
}

/** The key file, or else the passphrase file, that a service manager hands over: systemd's credential first, then Docker's secret. */
export function handedOver(
  env: Environment,
  exists: (path: string) => boolean,
): Pick<Settings, 'keyFile' | 'passphraseFile'> {
  const credentials = env.CREDENTIALS_DIRECTORY;
  const first = (...paths: string[]): string | undefined => paths.find((path) => exists(path));
  const from = (credential: string, secret: string): string | undefined =>
    first(...(credentials?.startsWith('/') ? [join(credentials, credential)] : []), join('/run/secrets', secret));
  const keyFile = from('vault.key', 'ampoule_key');
  if (keyFile !== undefined) return { keyFile };
  const passphraseFile = from('passphrase', 'ampoule_passphrase');
  return passphraseFile === undefined ? {} : { passphraseFile };
}

/** The whole configuration from what was set. */
export function complete(set: Settings, given: Directories): Config {
  const listen = set.listen === undefined ? { host: '127.0.0.1', port: 7433 } : set.listen;
  const runDir = set.runDir ?? given.run;
  const passphraseFile = set.passphraseFile ?? null;
  const publicUrl = set.publicUrl ?? (listen === null ? 'http://localhost' : `http://${hostAndPort(listen)}`);
  return {
    dataDir: set.dataDir ?? given.data,
    keyFile: set.keyFile !== undefined ? set.keyFile : passphraseFile === null ? join(given.config, 'vault.key') : null,
    passphraseFile,
    auditHeadFile: set.auditHeadFile ?? join(given.state, 'audit-head'),
    runDir,
    socket: set.socket ?? join(runDir, 'ampoule.sock'),
    listen,
    publicUrl,
    allowedHosts: set.allowedHosts ?? [],
    bootstrapTokenFile: set.bootstrapTokenFile ?? join(given.config, 'operator.token'),
    delivery: set.delivery ?? 'auto',
    defaultImage: set.defaultImage ?? 'debian:stable-slim',
    workspaceRoots: set.workspaceRoots ?? [],
    providersDir: set.providersDir ?? null,
    checkBases: set.checkBases ?? {},
    oauthBases: set.oauthBases ?? {},
    logLevel: set.logLevel ?? 'info',
    dockerHost: set.dockerHost ?? 'unix:///var/run/docker.sock',
    rateLimit: set.rateLimit ?? 6000,
    historyRetention: set.historyRetention === undefined ? 400 * 86_400_000 : set.historyRetention,
  };
}

/** `127.0.0.1:7433`, `[::1]:7433` */
export function hostAndPort(address: { host: string; port: number }): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

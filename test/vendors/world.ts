/** An engine whose containers reach vendors and databases under the names that the world knows them by, and an image of clients that trusts them. */

import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { must } from '../engine/command.js';
import { startEngine, type TestEngine } from '../engine/engine.js';
import { type DebianImages, debianImages } from '../engine/images.js';
import { importNodeBase } from '../engine/node-base.js';
import { until } from '../engine/wait.js';
import { HOSTS, type Known } from './vendors.js';

/** What a vendor heard. */
export interface Heard {
  host: string;
  method: string;
  status: number;
  /** Account that the key belongs to; null: refused. */
  as: string | null;
}

export interface Vendors {
  engine: TestEngine;
  /** Image with awscli, psql, mariadb, git, curl, openssl, python3, that trusts the vendors' certificate. */
  image: string;
  /** Requests so far. */
  heard(): Promise<Heard[]>;
  /** Starts a database server that is reached by `host`, with this password of `postgres`, or of `shop`; ready when it resolves. */
  database(kind: 'postgresql' | 'mariadb', host: string, password: string): Promise<void>;
  stop(): Promise<void>;
}

/** Private key of a service account, PEM, and the public one that the vendor knows. */
export function serviceKey(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** Where containers reach what listens in the engine's own network. */
const GATEWAY = '172.17.0.1';
/** Certificates that programs trust. */
const TRUSTED = '/etc/ssl/certs/ca-certificates.crt';

const CERTIFICATE = `set -eu
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Vendors of a test' -keyout ca.key -out ca.pem
openssl req -newkey rsa:2048 -nodes -subj '/CN=vendors' -keyout key.pem -out request.pem
openssl x509 -req -days 2 -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -extfile names`;

/** Starts the engine and the vendors, which know these. */
export async function startVendors(known: Omit<Known, 'repositories'>): Promise<Vendors> {
  const engine = await startEngine({ config: { bip: `${GATEWAY}/16`, dns: [GATEWAY] } });
  const directory = mkdtempSync('/tmp/av-');
  const stop = async (): Promise<void> => {
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const images = await debianImages(engine);
    await prepare(engine, images.debian, directory, known);
    const databases: Record<string, string> = {};
    const writeNames = () => writeFileSync(join(directory, 'names', 'databases.json'), JSON.stringify(databases));
    mkdirSync(join(directory, 'names'));
    writeNames();
    const server = ['--network', 'host', '-v', `${directory}:/etc/vendors:ro`, await importNodeBase(engine)];
    const vendors = await begin(engine, [...server, 'node', '/etc/vendors/server.mjs', GATEWAY]);
    const lines = async (): Promise<string[]> => (await engine.docker('logs', vendors)).split('\n').filter(Boolean);
    const explain = () => engine.docker('logs', vendors);
    await until('the vendors listening', async () => (await lines()).includes('ready'), { explain });
    const image = 'ampoule-test/clients:latest';
    const text = `FROM ${images.debian}\nCOPY ca.pem /tmp/\nRUN cat /tmp/ca.pem >>${TRUSTED}\nENV AWS_CA_BUNDLE=${TRUSTED}\n`;
    writeFileSync(join(directory, 'Dockerfile'), text);
    await engine.docker('build', '-q', '-t', image, directory);
    return {
      engine,
      image,
      heard: async () => (await lines()).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)),
      database: async (kind, host, password) => {
        const container = await startDatabase(engine, images, kind, password);
        const where = ['-f', '{{.NetworkSettings.IPAddress}}', container];
        databases[host] = (await engine.docker('inspect', ...where)).trim();
        writeNames();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Certificate, repository, and the server's program, in `directory`. */
async function prepare(
  engine: TestEngine,
  image: string,
  directory: string,
  known: Omit<Known, 'repositories'>,
): Promise<void> {
  writeFileSync(join(directory, 'names'), `subjectAltName=${HOSTS.map((host) => `DNS:${host}`).join(',')}\n`);
  const inside = ['run', '--rm', '--network', 'none', '-v', `${directory}:/out`, '-w', '/out', image];
  await engine.docker(...inside, 'sh', '-c', CERTIFICATE);
  rmSync(join(directory, 'names'));
  await repository(join(directory, 'repositories'));
  const all: Known = { ...known, repositories: '/etc/vendors/repositories' };
  writeFileSync(join(directory, 'known.json'), JSON.stringify(all));
  const entryPoints = [fileURLToPath(new URL('./server.ts', import.meta.url))];
  await build({ entryPoints, outfile: join(directory, 'server.mjs'), bundle: true, platform: 'node', format: 'esm' });
}

async function startDatabase(
  engine: TestEngine,
  images: DebianImages,
  kind: 'postgresql' | 'mariadb',
  password: string,
): Promise<string> {
  const how = kind === 'postgresql' ? ['-e', `POSTGRES_PASSWORD=${password}`, images.postgresql] : [images.mariadb];
  const container = await begin(engine, how);
  const ask = kind === 'postgresql' ? ['pg_isready', '-h', '127.0.0.1'] : ['mariadb-admin', '-uroot', 'ping'];
  const ready = async () => (await engine.tryDocker(['exec', container, ...ask])).code === 0;
  const explain = () => engine.docker('logs', container);
  await until(`${kind} being ready`, ready, { withinMs: 120_000, explain });
  if (kind === 'mariadb') {
    const user = `CREATE USER shop@'%' IDENTIFIED BY '${password}'; GRANT ALL ON shop.* TO shop@'%'`;
    await engine.docker('exec', container, 'mariadb', '-uroot', '-e', `CREATE DATABASE shop; ${user}`);
  }
  return container;
}

async function begin(engine: TestEngine, how: string[]): Promise<string> {
  return (await engine.docker('run', '-d', ...how)).trim();
}

/** A bare repository with one commit, as any of OWNER/private.git. */
async function repository(root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  const work = join(root, 'work');
  const git = (...args: string[]) => must('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args]);
  await git('init', '-q', '-b', 'main', work);
  writeFileSync(join(work, 'README.md'), 'private\n');
  await git('-C', work, 'add', '.');
  await git('-C', work, 'commit', '-q', '-m', 'first');
  await git('clone', '-q', '--bare', work, join(root, 'private.git'));
  await git('-C', join(root, 'private.git'), 'update-server-info');
  rmSync(work, { recursive: true });
}

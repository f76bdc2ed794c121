/** Vendors and databases as containers in a network of their own, under the names that the world knows them by, and an image of clients that trusts them. */

import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { must } from '../engine/command.js';
import type { EngineFace } from '../engine/engine.js';
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
  /** Docker network in which the names are known. */
  network: string;
  /** Image with awscli, psql, mariadb, git, curl, openssl, python3, that trusts the vendors' certificate. */
  image: string;
  images: DebianImages;
  /** Requests so far. */
  heard(): Promise<Heard[]>;
  /** Starts a database server that is reached by `host`; ready when it resolves. */
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

const CERTIFICATE = `set -eu
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Vendors of a test' -keyout ca.key -out ca.pem
openssl req -newkey rsa:2048 -nodes -subj '/CN=vendors' -keyout key.pem -out request.pem
openssl x509 -req -days 2 -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -extfile names`;

/** @param files of the bare repository that github.com and gitlab.com serve as any OWNER/private.git */
export async function startVendors(engine: EngineFace, known: Omit<Known, 'repositories'>): Promise<Vendors> {
  const images = await debianImages(engine);
  const node = await importNodeBase(engine);
  const id = `vendors-${process.pid}`;
  const directory = mkdtempSync('/tmp/av-');
  const made: string[] = [];
  try {
    writeFileSync(join(directory, 'names'), `subjectAltName=${HOSTS.map((host) => `DNS:${host}`).join(',')}\n`);
    const inside = ['run', '--rm', '--network', 'none', '-v', `${directory}:/out`, '-w', '/out', images.debian];
    await engine.docker(...inside, 'sh', '-c', CERTIFICATE);
    await repository(join(directory, 'repositories'));
    writeFileSync(
      join(directory, 'known.json'),
      JSON.stringify({ ...known, repositories: '/etc/vendors/repositories' }),
    );
    const entryPoints = [fileURLToPath(new URL('./server.ts', import.meta.url))];
    await build({ entryPoints, outfile: join(directory, 'server.mjs'), bundle: true, platform: 'node', format: 'esm' });
    const image = async (name: string, text: string): Promise<string> => {
      const tag = `ampoule-test/${name}:${id}`;
      writeFileSync(join(directory, 'Dockerfile'), text);
      await engine.docker('build', '-q', '-t', tag, directory);
      return tag;
    };
    const server = await image(
      'vendors',
      `FROM ${node}\nCOPY . /etc/vendors/\nCMD ["node", "/etc/vendors/server.mjs"]\n`,
    );
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    const client = await image(
      'clients',
      `FROM ${images.debian}\nCOPY ca.pem /tmp/ca.pem\nRUN cat /tmp/ca.pem >>${bundle}\nENV AWS_CA_BUNDLE=${bundle}\n`,
    );
    await engine.docker('network', 'create', id);
    const start = async (name: string, hosts: string[], args: string[]): Promise<string> => {
      const container = `${id}-${name}`;
      const names = hosts.flatMap((host) => ['--network-alias', host]);
      await engine.docker('run', '-d', '--name', container, '--network', id, ...names, ...args);
      made.push(container);
      return container;
    };
    const vendors = await start('all', HOSTS, [server]);
    const lines = async (): Promise<string[]> => (await engine.docker('logs', vendors)).split('\n').filter(Boolean);
    await until('the vendors listening', async () => (await lines()).includes('ready'), {
      explain: () => engine.docker('logs', vendors),
    });
    return {
      network: id,
      image: client,
      images,
      heard: async () => (await lines()).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)),
      database: async (kind, host, password) => {
        const how =
          kind === 'postgresql' ? ['-e', `POSTGRES_PASSWORD=${password}`, images.postgresql] : [images.mariadb];
        const container = await start(host, [host], how);
        const ask = kind === 'postgresql' ? ['pg_isready', '-h', '127.0.0.1'] : ['mariadb-admin', '-uroot', 'ping'];
        const ready = async () => (await engine.tryDocker(['exec', container, ...ask])).code === 0;
        await until(`${host} being ready`, ready, {
          withinMs: 120_000,
          explain: () => engine.docker('logs', container),
        });
        if (kind === 'mariadb') {
          const grant = `CREATE DATABASE shop; CREATE USER shop@'%' IDENTIFIED BY '${password}'; GRANT ALL ON shop.* TO shop@'%'`;
          await engine.docker('exec', container, 'mariadb', '-uroot', '-e', grant);
        }
      },
      stop: async () => {
        if (made.length > 0) await engine.tryDocker(['rm', '-f', '-v', ...made]);
        await engine.tryDocker(['network', 'rm', id]);
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    if (made.length > 0) await engine.tryDocker(['rm', '-f', '-v', ...made]);
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
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

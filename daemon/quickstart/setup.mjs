#!/usr/bin/env node
/**
 * Sets up what a fresh clone lacks: npm's dependencies and Debian's packages. Plain JavaScript that needs nothing but Node,
 * since it runs before anything is installed. Touches no engine and no vault.
 *
 *   node daemon/quickstart/setup.mjs npm | build | unit | engine | quickstart | test  [--then FILE ARGUMENTS…]
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { runTelling } from './progress.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OLDEST_NODE = [20, 20];

/** Ends the program with a message that says what to do. */
function refuse(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

function run(file, args, options = {}) {
  return spawnSync(file, args, { cwd: ROOT, stdio: 'inherit', ...options });
}

function succeeds(file, args) {
  return run(file, args, { stdio: 'ignore' }).status === 0;
}

/** Full path of a program, or null. Also looks where an ordinary user's PATH may not. */
function program(name) {
  for (const directory of [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']) {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return join(directory, name);
    } catch {
      // Not here.
    }
  }
  return null;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  refuse(
    `Node ${process.versions.node} is too old. Install Node ${OLDEST_NODE.join('.')} or newer (nodejs.org), and run this again.`,
  );
}

// npm

/** true when node_modules is what package-lock.json says. */
function dependenciesFresh() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const there = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = there[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

function databaseLoads() {
  return succeeds(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"]);
}

/** Headers of this very Node, where they lie beside it: then a native build needs no download. */
function headersOfThisNode() {
  const prefix = dirname(dirname(process.execPath));
  try {
    const header = readFileSync(join(prefix, 'include/node/node_version.h'), 'utf8');
    const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header)?.[1];
    const version = `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
    return version === process.version ? { npm_config_nodedir: prefix } : {};
  } catch {
    return {};
  }
}

async function ensureDependencies() {
  const env = { ...process.env, ...headersOfThisNode() };
  const npm = async (...args) => {
    const all = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
    return (await runTelling(`setup: npm ${args.join(' ')}`, 'npm', all, { cwd: ROOT, env })) === 0;
  };
  if (!dependenciesFresh()) {
    console.log("setup: npm ci: fetches npm's dependencies into node_modules; this may take three minutes");
    if (!(await npm('ci'))) {
      await ensurePackages(lacking(COMPILER));
      if (!(await npm('ci'))) refuse('`npm ci` failed. Its output above says why; mend that and run this again.');
    }
  }
  if (databaseLoads()) return;
  await ensurePackages(lacking(COMPILER));
  console.log('setup: building better-sqlite3 for this Node (about a minute)');
  if (!(await npm('rebuild', 'better-sqlite3')) || !databaseLoads()) {
    refuse('better-sqlite3 could not be built. Its output above says why; mend that and run this again.');
  }
}

// Debian

/** What is needed: how to see that it is there, and the package that brings it. */
const on = (name, ...packages) => ({ there: () => program(name) !== null, packages });
const STATIC_BUSYBOX = {
  there: () => {
    const path = program('busybox');
    return path !== null && !readFileSync(path).includes('/ld-linux');
  },
  packages: ['busybox-static'],
};
const COMPILER = [on('make', 'make'), on('g++', 'g++'), on('python3', 'python3')];
/** ampoule-init is a static program. */
const INIT_COMPILER = [
  {
    there: () =>
      program('gcc') !== null && run('gcc', ['-print-file-name=libc.a'], { stdio: 'pipe' }).stdout.includes('/'),
    packages: ['gcc'],
  },
  { there: () => INIT_COMPILER[0].there(), packages: ['libc6-dev'] },
];
const DOCKER_CLI = [on('docker', 'docker-cli', 'docker.io')];
const ENGINE = [
  on('dockerd', 'docker.io'),
  ...DOCKER_CLI,
  on('iptables', 'iptables'),
  on('ip', 'iproute2'),
  on('nsenter', 'util-linux'),
  STATIC_BUSYBOX,
];
const CURL = [on('curl', 'curl')];
const TESTS = [
  ...CURL,
  on('strace', 'strace'),
  on('docker-compose', 'docker-compose'),
  on('debootstrap', 'debootstrap'),
  on('git', 'git'),
  on('openssl', 'openssl'),
  on('chromium', 'chromium'),
  on('mkfs.ext4', 'e2fsprogs'),
  on('mount', 'mount'),
  on('systemd-analyze', 'systemd'),
  { there: () => succeeds('/usr/bin/python3', ['-c', 'import nacl.bindings']), packages: ['python3-nacl'] },
];

/** Wanted things that are not there. */
function lacking(wanted) {
  return wanted.filter(({ there }) => !there());
}

/** Installs what is missing. At a terminal it asks first; AMPOULE_NO_INSTALL=1 refuses. */
async function ensurePackages(missing) {
  if (missing.length === 0) return;
  const first = missing.map(({ packages }) => packages[packages.length - 1]);
  const command = `apt-get install -y --no-install-recommends ${[...new Set(first)].join(' ')}`;
  if (program('apt-get') === null) {
    refuse(
      `needed here: ${first.join(', ')} (names of Debian's packages). Install them with your system's package manager.`,
    );
  }
  if (process.env.AMPOULE_NO_INSTALL === '1') refuse(`AMPOULE_NO_INSTALL=1 forbids to install. Run \`${command}\`.`);
  if (process.getuid?.() !== 0)
    refuse(`packages are missing, and only root can install them. Run \`sudo ${command}\`.`);
  if (process.stdin.isTTY && process.stdout.isTTY && process.env.CI === undefined) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question(`setup: install ${[...new Set(first)].join(', ')} with apt-get? [Y/n] `);
    terminal.close();
    if (!/^(y|yes|)$/i.test(answer.trim())) refuse(`nothing installed. Run \`${command}\` yourself, and this again.`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], { env }).status === 0;
  console.log('setup: apt-get update');
  if (!apt('update'))
    console.log('setup: the lists could not be brought up to date; going on with those that are there');
  // Newer releases have Docker's client in a package of its own.
  const names = missing.map(({ packages }) => packages.find(known) ?? packages[0]);
  const before = installedPackages();
  console.log(`setup: installing ${[...new Set(names)].join(', ')}`);
  const done = apt('install', '-y', '--no-install-recommends', ...new Set(names));
  recordInstalled(installedPackages().filter((name) => !before.includes(name)));
  const still = lacking(missing);
  if (!done || still.length > 0) refuse(`apt-get did not bring all of it. Run \`${command}\`, and see what it says.`);
}

function known(name) {
  return /Candidate: (?!\(none\))/.test(run('apt-cache', ['policy', name], { stdio: 'pipe' }).stdout.toString());
}

/** In dpkg-query's own words. */
const STATUS_AND_NAME = '$' + '{db:Status-Abbrev} $' + '{Package}\n';

function installedPackages() {
  const told = run('dpkg-query', ['-W', '-f', STATUS_AND_NAME], { stdio: 'pipe' }).stdout.toString();
  return told
    .split('\n')
    .filter((line) => line.startsWith('ii'))
    .map((line) => line.split(/\s+/)[1]);
}

/** Remembers what was installed for the quickstart, so that its --uninstall can take it away. */
function recordInstalled(names) {
  if (level !== 'quickstart' || names.length === 0) return;
  const file = join(quickstartDirectory(), 'packages.json');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const earlier = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  writeFileSync(file, `${JSON.stringify([...new Set([...earlier, ...names])], null, 2)}\n`);
}

function quickstartDirectory() {
  return process.env.AMPOULE_QUICKSTART_DIR || join(homedir(), '.ampoule-quickstart');
}

/** true when an engine answers where clients look for one, or the one of an earlier quickstart. */
async function engineAnswers() {
  if (process.env.DOCKER_HOST?.startsWith('tcp://')) return true;
  const given = process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') || '/var/run/docker.sock';
  for (const socketPath of [given, join(quickstartDirectory(), 'engine/docker.sock')]) {
    const answered = await new Promise((resolve) => {
      const call = request({ socketPath, path: '/_ping', timeout: 3000 }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      });
      call.on('timeout', () => call.destroy());
      call.on('error', () => resolve(false));
      call.end();
    });
    if (answered) return true;
  }
  return false;
}

const LEVELS = {
  npm: async () => [],
  build: async () => INIT_COMPILER,
  unit: async () => INIT_COMPILER,
  engine: async () => ENGINE,
  quickstart: async () => [
    ...((await engineAnswers()) ? DOCKER_CLI : ENGINE),
    ...CURL,
    ...INIT_COMPILER,
    ...(process.getuid?.() === 0 ? [STATIC_BUSYBOX] : []),
  ],
  test: async () => [...ENGINE, ...INIT_COMPILER, ...TESTS],
};

const [level, ...rest] = process.argv.slice(2);
const then = rest[0] === '--then' ? rest.slice(1) : [];
// Without `--` before it npm takes an option for its own, and says so in a variable only.
if (level === 'quickstart' && process.env.npm_config_uninstall === 'true' && !then.includes('--uninstall')) {
  console.log('setup: --uninstall was given to npm; taken as `npm run quickstart -- --uninstall`');
  then.push('--uninstall');
}
delete process.env.npm_config_uninstall;
if (LEVELS[level] === undefined) refuse(`give one of: ${Object.keys(LEVELS).join(', ')}.`);
checkNode();
// What is taken away needs nothing installed but what this program itself is made with.
const removing = then.includes('--uninstall');
if (!removing) await ensurePackages([...new Set(lacking(await LEVELS[level]()))]);
if (level !== 'engine') await ensureDependencies();
if (then.length > 0) {
  const done = run(process.execPath, ['--import', 'tsx', ...then], {});
  if (done.signal !== null) refuse(`${then[0]} was ended by ${done.signal}.`);
  process.exit(done.status ?? 1);
}

/** Images in the style of the official ones, made on this machine from Debian's packages. Asks no registry, and starts no container. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './command.js';
import type { EngineFace } from './engine.js';

/** What is in all of them besides Debian's smallest set; debootstrap does not find cffi, which is a name that a package provides. */
const PACKAGES = [
  ...['bash', 'ca-certificates', 'postgresql', 'nginx-light', 'redis-server', 'sudo', 'tini'],
  ...['awscli', 'python3-cffi-backend', 'curl', 'git', 'mariadb-server'],
];

/**
 * Makes root.tar in the current directory: Debian, without what a container does not read, and with a repository of one
 * package in /srv/packages, so that apt-get has something to install where there is no network. In memory, since dpkg waits
 * for the disk at each file.
 */
const RECIPE = `
set -eu
mkdir root
mount -t tmpfs -o size=2g tmpfs root
debootstrap --variant=minbase --include="$2" "$1" root "$3" >log 2>&1 || { tail -20 log >&2; exit 1; }
chroot root apt-get download -q hello >>log 2>&1
mkdir root/srv/packages
mv root/hello_*.deb root/srv/packages/
cd root/srv/packages
for package in *.deb; do
  dpkg-deb -f "$package"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$package" "$(stat -c %s "$package")" "$(sha256sum "$package" | cut -d' ' -f1)"
done >Packages
cd ../../..
echo 'deb [trusted=yes] file:/srv/packages ./' >root/etc/apt/sources.list
rm -rf root/var/cache/apt/* root/var/lib/apt/lists/* root/usr/share/doc root/usr/share/man root/usr/share/locale \\
  root/usr/share/i18n root/usr/lib/*/libLLVM* root/usr/lib/*/libz3* root/usr/lib/postgresql/*/lib/llvmjit* \\
  root/usr/lib/postgresql/*/lib/bitcode root/var/lib/mysql/* root/var/lib/postgresql/*/* root/etc/postgresql/*/* root/etc/resolv.conf root/etc/hostname root/etc/sudoers.d/*
echo 'agent ALL=(ALL) NOPASSWD: ALL' >root/etc/sudoers.d/agent
chmod 0440 root/etc/sudoers.d/agent
chroot root useradd --create-home --uid 1000 --shell /bin/bash agent
tar -cf root.tar --numeric-owner -C root .
`;

/** As the official image's: root prepares, another user serves, and a password may come from a file. */
const POSTGRESQL = `#!/bin/bash
set -Eeuo pipefail
if [ -n "\${POSTGRES_PASSWORD_FILE-}" ]; then
  export POSTGRES_PASSWORD="$(< "$POSTGRES_PASSWORD_FILE")"
  unset POSTGRES_PASSWORD_FILE
fi
if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chown postgres "$PGDATA" /run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$BASH_SOURCE" "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --auth-host=scram-sha-256 --no-sync --pwfile=<(printf '%s\\n' "$POSTGRES_PASSWORD")
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
fi
exec "$@"
`;

/** As the official image's, with what the tests need of it. */
const MARIADB = `#!/bin/bash
set -Eeuo pipefail
if [ "$1" = mariadbd ] && [ "$(id -u)" = 0 ]; then
  mkdir -p /var/lib/mysql /run/mysqld
  chown mysql /var/lib/mysql /run/mysqld
  exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$BASH_SOURCE" "$@"
fi
if [ "$1" = mariadbd ] && [ ! -d /var/lib/mysql/mysql ]; then
  mariadb-install-db --auth-root-authentication-method=normal --skip-test-db >/dev/null
fi
exec "$@"
`;

const REDIS = `#!/bin/sh
set -e
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . \\! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --init-groups -- "$0" "$@"
fi
exec "$@"
`;

const ENTRYPOINTS = { postgresql: POSTGRESQL, mariadb: MARIADB, redis: REDIS };

/** Dockerfiles below FROM; only what needs no command to be run. */
const DOCKERFILES = {
  debian: 'CMD ["bash"]',
  postgresql: `
ENV PGDATA=/var/lib/postgresql/data PATH=/usr/lib/postgresql/VERSION/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 5432
STOPSIGNAL SIGINT
CMD ["postgres"]`,
  nginx: `
COPY logs/ /var/log/nginx/
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]`,
  redis: `
COPY entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /data
WORKDIR /data
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 6379
HEALTHCHECK --interval=1s --timeout=20s --retries=60 CMD test -n "$TOKEN" && redis-cli ping
CMD ["redis-server"]`,
  mariadb: `
COPY entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/mysql
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 3306
CMD ["mariadbd", "--bind-address=0.0.0.0"]`,
  sudo: 'USER agent\nWORKDIR /home/agent\nCMD ["bash"]',
  init: 'ENTRYPOINT ["/usr/bin/tini", "-v", "--"]\nCMD ["sleep", "infinity"]',
} as const;

/** Names of the images, by what they are. */
export type DebianImages = Record<keyof typeof DOCKERFILES, string>;

/** Imports what the engine does not have yet. The first call on a machine takes minutes; its work is kept in the temporary directory. */
export async function debianImages(engine: EngineFace): Promise<DebianImages> {
  const { tar, key } = await rootFileSystem();
  const base = `ampoule-test/base:${key}`;
  if (!(await known(engine, base))) await engine.docker('import', tar, base);
  const version = (await engine.docker('run', '--rm', '--network', 'none', base, 'ls', '/usr/lib/postgresql')).trim();
  const images = {} as DebianImages;
  for (const name of Object.keys(DOCKERFILES) as (keyof typeof DOCKERFILES)[]) {
    images[name] = `ampoule-test/${name}:${key}`;
    if (!(await known(engine, images[name]))) await build(engine, base, name, images[name], version);
  }
  return images;
}

async function known(engine: EngineFace, image: string): Promise<boolean> {
  return (await engine.tryDocker(['image', 'inspect', image])).code === 0;
}

async function build(
  engine: EngineFace,
  base: string,
  name: keyof typeof DOCKERFILES,
  image: string,
  version: string,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ampoule-dockerfile-'));
  try {
    writeFileSync(join(directory, 'Dockerfile'), `FROM ${base}\n${DOCKERFILES[name].replace('VERSION', version)}\n`);
    const script = ENTRYPOINTS[name as keyof typeof ENTRYPOINTS] ?? '';
    writeFileSync(join(directory, 'entrypoint.sh'), script, { mode: 0o755 });
    mkdirSync(join(directory, 'logs'));
    await must('ln', ['-s', '/dev/stdout', join(directory, 'logs/access.log')]);
    await must('ln', ['-s', '/dev/stderr', join(directory, 'logs/error.log')]);
    await engine.docker('build', '-q', '-t', image, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The archive that all of them begin with, and what it is called after. */
async function rootFileSystem(): Promise<{ tar: string; key: string }> {
  const release = readFileSync('/etc/os-release', 'utf8');
  const suite = /^ID=debian$/m.test(release)
    ? (/^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'bookworm')
    : 'bookworm';
  const words = [suite, PACKAGES.join(','), 'http://deb.debian.org/debian'];
  const key = createHash('sha256')
    .update(JSON.stringify([RECIPE, words, process.arch]))
    .digest('hex')
    .slice(0, 16);
  const kept = join(tmpdir(), `ampoule-images-${key}`);
  const tar = join(kept, 'root.tar');
  if (existsSync(tar)) return { tar, key };
  const directory = mkdtempSync(join(tmpdir(), 'ampoule-debootstrap-'));
  try {
    // Whatever a package's scripts start or mount ends with them.
    const apart = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
    await must('unshare', [...apart, 'sh', '-c', RECIPE, 'sh', ...words], { cwd: directory, withinMs: 1_800_000 });
    mkdirSync(kept, { recursive: true });
    renameSync(join(directory, 'root.tar'), tar);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return { tar, key };
}

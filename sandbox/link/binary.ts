/** Chooses the ampoule-init of an engine's architecture, and puts it where containers can run it from. Starts nothing. */

import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** As engines and kernels name an architecture → as the programs are named. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['amd64', 'x64'],
  ['aarch64', 'arm64'],
  ['arm64', 'arm64'],
]);

/** Name of the program for an engine's architecture, as `docker info` says it; null: there is none for it. */
export function initProgram(architecture: string): string | null {
  const name = ARCHITECTURES.get(architecture.toLowerCase());
  return name === undefined ? null : `ampoule-init-${name}`;
}

/**
 * Copies the program to `<into>/init-<first 16 hex digits of its SHA-256>/ampoule-init`, from where it can be mounted into
 * containers, and gives that path. One that is there already and is the same is left alone, since containers run it; older
 * ones stay for theirs. Throws what the file system says.
 */
export async function installInit({ from, into }: { from: string; into: string }): Promise<string> {
  const program = await readFile(from);
  const directory = join(into, `init-${createHash('sha256').update(program).digest('hex').slice(0, 16)}`);
  const file = join(directory, 'ampoule-init');
  await mkdir(directory, { recursive: true, mode: 0o755 });
  // The process's umask may have taken the others' leave to read away.
  await chmod(directory, 0o755);
  const there = await readFile(file).catch(() => null);
  if (there === null || !there.equals(program)) {
    const aside = join(directory, `.${randomBytes(8).toString('hex')}`);
    try {
      await writeFile(aside, program, { mode: 0o755 });
      const handle = await open(aside, 'r');
      await handle.chmod(0o755);
      await handle.sync();
      await handle.close();
      await rename(aside, file);
    } finally {
      await rm(aside, { force: true });
    }
  }
  await chmod(file, 0o755);
  return file;
}

/** Whether what lies at this absolute path could not be executed, by a text of `/proc/self/mountinfo`. */
export function mountedNoexec(path: string, mountinfo: string): boolean {
  let found: { at: string; noexec: boolean } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [, , , , point, options] = line.split(' ');
    if (point === undefined || options === undefined) continue;
    const at = unescaped(point);
    const holds = at === '/' || path === at || path.startsWith(`${at}/`);
    // The last of equals lies on top of the others.
    if (holds && (found === null || at.length >= found.at.length)) {
      found = { at, noexec: options.split(',').includes('noexec') };
    }
  }
  return found?.noexec ?? false;
}

/** Space, tab, newline and backslash are octal in mountinfo. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/**
 * Which of these directories, which need not exist yet, is the first that programs may be executed from; null: none is.
 * A run directory is often mounted noexec, as Debian's `/run` is; a bind mount into a container keeps that.
 */
export async function executableDirectory(directories: readonly string[], proc = '/proc'): Promise<string | null> {
  const mountinfo = await readFile(`${proc}/self/mountinfo`, 'utf8');
  for (const directory of directories) {
    if (!mountedNoexec(await resolved(directory), mountinfo)) return directory;
  }
  return null;
}

/** The path without links, as far as it exists. */
async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await resolved(above), basename(path));
  }
}

/** Compiles the C programs of sandbox/init/ with Debian's compiler. Runs none of them, and writes to its output directory alone. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = 'sandbox/init';

/** As Node and as GNU name an architecture. */
const TRIPLETS: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** No times, paths or ids get into a program, so the same sources and compiler give the same bytes. */
const FLAGS = [
  ...['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-Wformat=2', '-Wshadow'],
  ...['-D_GNU_SOURCE', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong', '-fstack-clash-protection', '-fno-common'],
  ...['-static-pie', '-fPIE', '-s', '-Wl,-z,relro,-z,now,-z,noexecstack', '-Wl,--build-id=none'],
];
const FLAGS_OF: Readonly<Record<string, string[]>> = {
  x64: ['-fcf-protection=full'],
  arm64: ['-mbranch-protection=standard'],
};

interface Target {
  /** Its name below the output directory. */
  program: string;
  compiler: string;
  flags: string[];
  /** Directories whose .c files make it. */
  from: string;
}

/** What became of each program; `left`: no compiler for it is installed here. */
export interface BuiltInit {
  compiled: string[];
  unchanged: string[];
  left: { program: string; compiler: string }[];
}

export interface BuildInitOptions {
  /** Also makes `ampoule-init-<architecture>-no-revoke`, which ends no holder: what the tests of revocation must fail with. */
  test: boolean;
  /** Makes only what begins so, and leaves the rest as it is. */
  only?: string;
  /** Where `sandbox/init/` lies; this project unless told. */
  root?: string;
  /** Where compilers are looked for, as in PATH; our own PATH unless told. */
  path?: string;
}

/**
 * Writes `ampoule-init-<architecture>` for this machine's and any other architecture that has a cross compiler here, and
 * `ampoule-peer` for this machine's. What would come out the same is left as it is. Throws an error that says what to install.
 */
export async function buildInit(outdir: string, options: BuildInitOptions): Promise<BuiltInit> {
  const root = options.root ?? ROOT;
  const built: BuiltInit = { compiled: [], unchanged: [], left: [] };
  const version = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version as string;
  await mkdir(outdir, { recursive: true });
  const targets: Target[] = [];
  for (const [architecture, triplet] of Object.entries(TRIPLETS)) {
    const own = architecture === process.arch;
    const program = `ampoule-init-${architecture}`;
    const compiler = own ? 'gcc' : `${triplet}-gcc`;
    if ((await staticLibrary(compiler, options)) === null) {
      if (own) throw new Error(`${compiler} with a static C library is needed here. ${TO_DO}`);
      built.left.push({ program, compiler });
      continue;
    }
    const flags = [...FLAGS, ...(FLAGS_OF[architecture] ?? []), `-DAMPOULE_BUILD="${version}"`];
    targets.push({ program, compiler, flags, from: SOURCES });
    if (own) targets.push({ program: 'ampoule-peer', compiler, flags, from: `${SOURCES}/peer` });
    if (own && options.test) {
      const without = [...flags, '-DAMPOULE_TEST_NO_REVOKE'];
      targets.push({ program: `${program}-no-revoke`, compiler, flags: without, from: SOURCES });
    }
  }
  if (targets.length === 0)
    throw new Error(`There is no ampoule-init for ${process.arch}. Use a machine with x64 or arm64.`);
  // Each comes to its end, so that none leaves half a program when another fails.
  const ends = await Promise.allSettled(
    targets
      .filter(({ program }) => program.startsWith(options.only ?? ''))
      .map(async (target) => {
        const done = await compile(target, outdir, root, options);
        built[done].push(target.program);
      }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  await removeOthers(outdir, targets);
  return built;
}

const TO_DO = 'Run `apt-get install -y --no-install-recommends gcc libc6-dev`, and try again.';

/** Runs a program with the given PATH; gives stdout. */
async function say(file: string, args: string[], { path, cwd }: { path?: string; cwd?: string }): Promise<string> {
  const env = path === undefined ? {} : { env: { PATH: path } };
  return (await execute(file, args, { ...env, ...(cwd === undefined ? {} : { cwd }) })).stdout;
}

/** Path of the static C library that a compiler links; null where there is no such compiler or it has none. */
async function staticLibrary(compiler: string, where: { path?: string }): Promise<string | null> {
  const said = await say(compiler, ['-print-file-name=libc.a'], where).catch(() => '');
  return said.startsWith('/') ? said.trim() : null;
}

async function compile(
  target: Target,
  outdir: string,
  root: string,
  where: { path?: string },
): Promise<'compiled' | 'unchanged'> {
  const names = (await readdir(join(root, target.from))).filter((name) => name.endsWith('.c')).sort();
  const file = join(outdir, target.program);
  const wanted = await digest(target, names, root, where);
  const made = await readFile(`${file}.made`, 'utf8').catch(() => '');
  if (made === wanted && (await stat(file).catch(() => null)) !== null) return 'unchanged';
  // Beside it and renamed, so that a build at the same time, or a container that runs the older one, is not disturbed.
  const fresh = `${file}.${process.pid}`;
  try {
    const sources = names.map((name) => `${target.from}/${name}`);
    await say(target.compiler, [...target.flags, '-o', fresh, ...sources], { ...where, cwd: root });
    await chmod(fresh, 0o755);
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(
      `${target.program} could not be compiled:\n${said.trim()}\nMend what it names, or see that gcc and libc6-dev are whole.`,
    );
  }
  await writeFile(`${file}.made`, wanted);
  return 'compiled';
}

/** Everything that decides what comes out: the sources, the flags, the compiler, its C library. */
async function digest(target: Target, names: string[], root: string, where: { path?: string }): Promise<string> {
  const hash = createHash('sha256');
  const compiler = await say(target.compiler, ['--version'], where);
  const library = await staticLibrary(target.compiler, where);
  const { size, mtimeMs } = await stat(library ?? '');
  hash.update(JSON.stringify([target.compiler, target.flags, names, compiler, size, mtimeMs]));
  const headers = (await readdir(join(root, SOURCES))).filter((name) => name.endsWith('.h')).sort();
  for (const name of [
    ...headers.map((header) => `${SOURCES}/${header}`),
    ...names.map((source) => `${target.from}/${source}`),
  ]) {
    const text = await readFile(join(root, name));
    hash.update(`\0${name}\0${text.length}\0`).update(text);
  }
  return hash.digest('hex');
}

/** Takes away what an earlier build left that this one does not make. */
async function removeOthers(outdir: string, targets: Target[]): Promise<void> {
  const ours = new Set(targets.flatMap(({ program }) => [program, `${program}.made`]));
  for (const name of await readdir(outdir)) {
    if (/^ampoule-(init|peer)/.test(name) && !ours.has(name) && !/\.\d+$/.test(name)) await rm(join(outdir, name));
  }
}

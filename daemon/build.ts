/** Makes what is shipped: dist/ for use, and with --test dist-test/, which has failpoints. Ships nothing else and reads no secret. */

import { chmod, cp, readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildInit } from './build-init.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** dockerode can also reach engines over ssh and build images over gRPC; this daemon does neither, and both load slowly. */
const withoutSshAndGrpc: Plugin = {
  name: 'without-ssh-and-grpc',
  setup(plugin) {
    const left = /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs.*)$/;
    plugin.onResolve({ filter: left }, ({ path }) => ({ path, namespace: 'left-out' }));
    plugin.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Writes the three programs to `outdir`, which must lie in the project: better-sqlite3 is found from there. */
export async function bundle(outdir: string, { test }: { test: boolean }): Promise<void> {
  const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { version: string };
  // The C programs are made apart, and only when something of theirs changed.
  const old = (await readdir(outdir).catch(() => [])).filter((name) => name !== 'init');
  for (const name of old) await rm(`${outdir}/${name}`, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'daemon/main.ts', out: 'ampouled' },
      { in: 'daemon/cli/main.ts', out: 'ampoule' },
      { in: 'store/argon2-worker.ts', out: 'argon2-worker' },
      { in: 'daemon/scan/scan-worker.ts', out: 'scan-worker' },
    ],
    ...{ outdir, bundle: true, format: 'esm', platform: 'node', target: 'node20', legalComments: 'eof' },
    external: ['better-sqlite3'],
    // Takes out what a constant condition makes unreachable: testing.ts's body.
    minifySyntax: true,
    define: { AMPOULE_VERSION: JSON.stringify(version), AMPOULE_TEST_BUILD: String(test) },
    plugins: [withoutSshAndGrpc],
    // What is bundled and still CommonJS asks for Node's own modules by require.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const isData = (path: string) => !path.endsWith('.ts');
  await cp(`${root}daemon/oauth/facts`, `${outdir}/oauth-facts`, { recursive: true });
  await cp(`${root}daemon/providers`, `${outdir}/providers`, { recursive: true, filter: isData });
  for (const program of ['ampouled.js', 'ampoule.js']) await chmod(`${outdir}/${program}`, 0o755);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const test = process.argv.includes('--test');
  const outdir = `${root}${test ? 'dist-test' : 'dist'}`;
  try {
    const [, init] = await Promise.all([bundle(outdir, { test }), buildInit(`${outdir}/init`, { test })]);
    for (const { program, compiler } of init.left)
      console.log(`${program} was left out: ${compiler} is not installed.`);
  } catch (error) {
    // esbuild has said already what is wrong with the sources.
    if (!(error instanceof Error && 'errors' in error)) console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

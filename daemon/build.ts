/** Makes the bundles: dist/ for use, and with --test dist-test/, which has failpoints. Ships nothing else and reads no secret. */

import { chmod, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const test = process.argv.includes('--test');
const outdir = `${root}${test ? 'dist-test' : 'dist'}`;
const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { version: string };

/** dockerode can also reach engines over ssh and build images over gRPC; this daemon does neither, and both load slowly. */
const withoutSshAndGrpc: Plugin = {
  name: 'without-ssh-and-grpc',
  setup(bundle) {
    bundle.onResolve(
      { filter: /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs.*)$/ },
      ({ path }) => ({
        path,
        namespace: 'left-out',
      }),
    );
    bundle.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'daemon/main.ts', out: 'ampouled' },
    { in: 'daemon/cli/main.ts', out: 'ampoule' },
    { in: 'store/argon2-worker.ts', out: 'argon2-worker' },
  ],
  outdir,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['better-sqlite3'],
  legalComments: 'eof',
  keepNames: false,
  define: { AMPOULE_VERSION: JSON.stringify(version), AMPOULE_TEST_BUILD: String(test) },
  plugins: [withoutSshAndGrpc],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
for (const program of ['ampouled.js', 'ampoule.js']) await chmod(`${outdir}/${program}`, 0o755);

/** The C programs as the build makes them: with the real compiler, from a small tree of sources and from this project's. */

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildInit } from '../../daemon/build-init.js';
import { program } from '../engine/needs.js';

const OWN = `ampoule-init-${process.arch}`;

/** A project with two programs that are quick to compile. */
function project(dir: string): string {
  mkdirSync(join(dir, 'sandbox/init/peer'), { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{"version": "4.5.6"}');
  writeFileSync(join(dir, 'sandbox/init/word.h'), '#define WORD "one"\n');
  writeFileSync(
    join(dir, 'sandbox/init/main.c'),
    `#include <stdio.h>
#include "word.h"
int main(void) {
#ifdef AMPOULE_TEST_NO_REVOKE
    puts("keeps");
#endif
    return printf("%s %s %s", AMPOULE_BUILD, WORD, __FILE__) < 0;
}
`,
  );
  writeFileSync(join(dir, 'sandbox/init/peer/peer.c'), 'int main(void) { return 7; }\n');
  return dir;
}

/** Without another architecture's, which is made where this machine can. */
const ours = (names: string[]): string[] =>
  names.filter((name) => name === OWN || !/^ampoule-init-(x64|arm64)$/.test(name)).sort();
const says = (file: string): string => execFileSync(file, { encoding: 'utf8' });

t.test('makes static, stripped programs that are named after the architecture', async (t) => {
  const dir = t.testdir({});
  const root = project(join(dir, 'a'));
  const out = join(dir, 'out');
  const built = await buildInit(out, { test: false, root });
  t.same(ours(built.compiled), [OWN, 'ampoule-peer'].sort());
  t.equal(says(join(out, OWN)), '4.5.6 one sandbox/init/main.c', 'no path of this machine is in it');
  t.equal(statSync(join(out, OWN)).mode & 0o777, 0o755);
  t.notOk(readdirSync(out).includes(`${OWN}-no-revoke`), 'what does not revoke is not shipped');
  const headers = execFileSync('readelf', ['-lSW', join(out, OWN)], { encoding: 'utf8' });
  t.match(headers, /GNU_RELRO/);
  t.match(headers, /GNU_STACK\s.* RW /);
  t.notMatch(headers, /INTERP/, 'it needs no loader and no library');
  t.notMatch(headers, /\.symtab|\.debug|build-id/);
  for (const { program, compiler } of built.left) t.match([program, compiler], [/^ampoule-init-/, /-linux-gnu-gcc$/]);
});

t.test('gives the same bytes from the same sources, wherever they lie', async (t) => {
  const dir = t.testdir({});
  const one = project(join(dir, 'one'));
  cpSync(one, join(dir, 'another/place'), { recursive: true });
  await buildInit(join(dir, 'out1'), { test: true, root: one });
  await buildInit(join(dir, 'out2'), { test: true, root: join(dir, 'another/place') });
  for (const name of [OWN, `${OWN}-no-revoke`, 'ampoule-peer']) {
    t.ok(readFileSync(join(dir, 'out1', name)).equals(readFileSync(join(dir, 'out2', name))), name);
  }
  t.match(says(join(dir, 'out1', `${OWN}-no-revoke`)), /^keeps/);
});

t.test('compiles what changed, and nothing else', async (t) => {
  const dir = t.testdir({});
  const root = project(join(dir, 'a'));
  const out = join(dir, 'out');
  await buildInit(out, { test: false, root });
  const again = await buildInit(out, { test: false, root });
  t.same(again.compiled, []);
  t.same(ours(again.unchanged), [OWN, 'ampoule-peer'].sort());

  writeFileSync(join(root, 'sandbox/init/word.h'), '#define WORD "two"\n');
  await buildInit(out, { test: false, root });
  t.match(says(join(out, OWN)), /two/, 'a header counts');
  writeFileSync(join(root, 'sandbox/init/more.c'), 'int more(void) { return 1; }\n');
  t.ok((await buildInit(out, { test: false, root })).compiled.includes(OWN), 'a new source counts');
  writeFileSync(join(out, 'ampoule-init-pdp11'), 'old');
  await buildInit(out, { test: false, root, only: 'ampoule-peer' });
  t.notOk(readdirSync(out).includes('ampoule-init-pdp11'), 'what is not made any more is taken away');
  t.ok(readdirSync(out).includes(OWN));
});

t.test('a source that does not compile leaves the older program, and says where', async (t) => {
  const dir = t.testdir({});
  const root = project(join(dir, 'a'));
  const out = join(dir, 'out');
  await buildInit(out, { test: false, root });
  writeFileSync(join(root, 'sandbox/init/word.h'), '#define WORD 1\n');
  await t.rejects(buildInit(out, { test: false, root }), /could not be compiled:[\s\S]*main\.c:\d+/);
  t.match(says(join(out, OWN)), /one/);
  t.same(
    readdirSync(out).filter((name) => /\.\d+$/.test(name)),
    [],
  );
});

t.test('says what to install where there is no compiler, or no static library', async (t) => {
  const dir = t.testdir({});
  const root = project(join(dir, 'a'));
  const path = join(dir, 'bin');
  mkdirSync(path);
  const wanted = /Run `apt-get install -y --no-install-recommends gcc libc6-dev`/;
  await t.rejects(buildInit(join(dir, 'out'), { test: false, root, path }), wanted);
  writeFileSync(join(path, 'gcc'), '#!/bin/sh\necho libc.a\n');
  chmodSync(join(path, 'gcc'), 0o755);
  symlinkSync(program('sh') ?? '/bin/sh', join(path, 'sh'));
  await t.rejects(buildInit(join(dir, 'out'), { test: false, root, path }), wanted);
});

/** What the documents say of the program is so: options, links, scripts, tests. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { OPTIONS } from '../daemon/options.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const documents = ['.', 'docs', 'store', 'sandbox', 'daemon', 'test']
  .flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: directory !== '.' }).map((name) => join(directory, String(name))),
  )
  .filter((path) => path.endsWith('.md'));

/** Rows `| \`VARIABLE\` | \`--flag\` |` of the table of options. */
function optionRows(markdown: string): string[] {
  return [...markdown.matchAll(/^\| `([A-Z_]+)` \| `--([a-z-]+)` \|/gm)].map((match) => `${match[1]} ${match[2]}`);
}

/** Relative links of a document that lead nowhere. */
function brokenLinks(path: string, markdown: string): string[] {
  return [...markdown.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !existsSync(join(ROOT, dirname(path), link)));
}

/** Scripts that a document tells to run and package.json does not have. */
function missingScripts(markdown: string, scripts: readonly string[]): string[] {
  const named = [...markdown.matchAll(/npm (?:run (?:--silent )?([a-z:]+)|(test|start)\b)/g)];
  return named.map((match) => match[1] ?? match[2] ?? '').filter((name) => !scripts.includes(name));
}

t.test('the README has every option, and no other', async (t) => {
  const expected = OPTIONS.map((option) => `${option.variable} ${option.flag}`);
  t.same(optionRows(read('README.md')).sort(), expected.sort());
});

t.test('links lead somewhere, and scripts exist', async (t) => {
  t.ok(documents.length > 10);
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  for (const path of documents) {
    t.same(brokenLinks(path, read(path)), [], `links of ${path}`);
    t.same(missingScripts(read(path), scripts), [], `scripts in ${path}`);
  }
});

t.test('each invariant names tests that exist', async (t) => {
  const rows = [...read('SECURITY.md').matchAll(/^\| (I\d+) \|.*\| ([^|]+) \|$/gm)];
  t.same(
    rows.map((row) => row[1]),
    Array.from({ length: 10 }, (_, at) => `I${at + 1}`),
  );
  for (const [, invariant, tests = ''] of rows) {
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    t.ok(paths.length > 0, `${invariant} is shown by something`);
    for (const path of paths) t.ok(existsSync(join(ROOT, path)), `${invariant}: ${path}`);
  }
});

t.test('the checks find what is planted', async (t) => {
  t.same(optionRows('| `AMPOULE_X` | `--x-y` | | what |'), ['AMPOULE_X x-y']);
  t.same(brokenLinks('README.md', '[a](absent.md) [b](package.json) [c](https://x) [d](#e)'), ['absent.md']);
  t.same(missingScripts('`npm run absent`, `npm test -- x`, `npm ci`', ['test']), ['absent']);
});

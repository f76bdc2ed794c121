/** Reads source files and says where they break the rules of the house. Pure: paths and texts in, sentences out. */

import ts from 'typescript';

/** Path from the project's root → text. */
export type Sources = ReadonlyMap<string, string>;

/** Files that may import a foreign package at run time: a file, or a directory (ending in `/`). Types are free. */
export const OWNERS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['store/database.ts'],
  'libsodium-wrappers': ['store/seal.ts'],
  'libsodium-wrappers-sumo': ['store/argon2-worker.ts'],
  ulid: ['store/', 'daemon/http/'],
  dockerode: ['sandbox/engine/docker.ts'],
  pino: ['daemon/log.ts'],
  'prom-client': ['daemon/metrics.ts'],
  'close-with-grace': ['daemon/run.ts'],
  fastify: ['daemon/http/'],
  '@fastify/rate-limit': ['daemon/http/limits.ts'],
  '@fastify/type-provider-typebox': ['daemon/http/'],
  '@fastify/websocket': ['daemon/http/sockets.ts'],
  ws: ['daemon/cli/socket.ts'],
  typebox: ['daemon/http/', 'daemon/oauth/fact.ts', 'daemon/providers/provider.ts'],
  ajv: ['daemon/data-file.ts', 'daemon/http/validation.ts'],
  'ajv-formats': ['daemon/http/validation.ts'],
  commander: ['daemon/cli/'],
  esbuild: ['daemon/build.ts'],
  'openid-client': ['daemon/oauth/'],
};

/** Directories within a layer, lowest first: each may import from those before it, and all from the files beside them. */
export const STOREYS: Readonly<Record<string, readonly string[]>> = {
  sandbox: ['engine', 'kernel', 'redact', 'container', 'link', 'reconcile', 'env', 'memory'],
};

/** Who may read the environment of the process. */
export const ENVIRONMENT_READERS = ['daemon/config.ts', 'daemon/cli/environment.ts', 'daemon/quickstart/'];

/** Rethink a file with code at this many lines. */
export const LONGEST = 250;

const VAGUE = /(^|[-/])(utils?|helpers?|manager|common|misc|stuff)([-.]|$)/;

interface Import {
  from: string;
  /** Leaves nothing behind at run time. */
  typeOnly: boolean;
}

interface Facts {
  imports: Import[];
  /** Has a function or method of its own. */
  code: boolean;
  readsEnvironment: boolean;
  /** `export * from` that passes values on. */
  exportsAll: boolean;
}

/** What a file says of itself. */
export function factsOf(path: string, text: string): Facts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const facts: Facts = { imports: [], code: false, readsEnvironment: false, exportsAll: false };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      facts.imports.push({ from: node.moduleSpecifier.text, typeOnly: leavesNothing(node.importClause) });
    }
    if (ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
        facts.imports.push({ from: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
      }
      if (node.exportClause === undefined && !node.isTypeOnly) facts.exportsAll = true;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [what] = node.arguments;
      if (what !== undefined && ts.isStringLiteral(what)) facts.imports.push({ from: what.text, typeOnly: false });
    }
    // A constructor alone, as an error's, decides nothing.
    if (ts.isFunctionLike(node) && !ts.isConstructorDeclaration(node) && 'body' in node && node.body !== undefined) {
      facts.code = true;
    }
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'env' && isProcess(node.expression)) {
      facts.readsEnvironment = true;
    }
    if (ts.isElementAccessExpression(node) && isProcess(node.expression)) facts.readsEnvironment = true;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return facts;
}

function leavesNothing(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function isProcess(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === 'process';
}

/** Where an import of `path` leads, from the root; null for a package. */
function target(path: string, from: string): string | null {
  if (!from.startsWith('.')) return null;
  return new URL(from, `file:///${path}`).pathname.slice(1).replace(/\.js$/, '.ts');
}

function layerOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function allowed(path: string, list: readonly string[]): boolean {
  return list.some((item) => (item.endsWith('/') ? path.startsWith(item) : path === item));
}

/** Imports that go the wrong way, or fetch a package that another file owns. */
export function importViolations(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const layer = layerOf(path);
    for (const { from, typeOnly } of factsOf(path, text).imports) {
      const to = target(path, from);
      if (to === null) {
        found.push(...packageViolations(path, from, typeOnly));
        continue;
      }
      const other = layerOf(to);
      if (!/\.(js|json)$/.test(from)) found.push(`${path} imports ${from}, which does not end in .js`);
      if (other === 'test') found.push(`${path} imports from the tests`);
      if (other === layer) found.push(...storeyViolations(layer, path, to));
      if (other === layer || other === 'test') continue;
      if (layer !== 'daemon') found.push(`${path} imports ${to}: ${layer} imports no other layer`);
      else if (path.startsWith('daemon/cli/')) found.push(`${path} imports ${to}: the CLI knows the API alone`);
      else if (to !== `${other}/index.ts` && to !== 'package.json') {
        found.push(`${path} imports ${to}: only ${other}/index.ts is its public face`);
      }
    }
  }
  return found;
}

function storeyViolations(layer: string, path: string, to: string): string[] {
  const storeys = STOREYS[layer] ?? [];
  const [from, other] = [path, to].map((one) => storeys.indexOf(one.split('/')[1] ?? ''));
  if (from === undefined || from < 0 || other === undefined || other <= from) return [];
  return [`${path} imports ${to}: ${storeys[other]} is built on ${storeys[from]}, not the other way`];
}

function packageViolations(path: string, from: string, typeOnly: boolean): string[] {
  if (from.startsWith('node:')) {
    return layerOf(path) === 'store' && /^node:(http|https|http2|net|tls)$/.test(from) && !typeOnly
      ? [`${path} imports ${from}: the vault talks to nobody`]
      : [];
  }
  const name = from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
  const owners = OWNERS[name];
  if (owners === undefined) return [`${path} imports ${name}, which no file owns`];
  return typeOnly || allowed(path, owners) ? [] : [`${path} imports ${name}, which belongs to ${owners.join(', ')}`];
}

/** Reading the environment, passing everything on, vague names, missing first sentences, too much in one file. */
export function fileViolations(sources: Sources, long: Readonly<Record<string, string>> = {}): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const facts = factsOf(path, text);
    if (facts.readsEnvironment && !allowed(path, ENVIRONMENT_READERS)) found.push(`${path} reads process.env`);
    if (facts.exportsAll) found.push(`${path} passes on everything with export *`);
    if (VAGUE.test(path)) found.push(`${path} has a name that says nothing`);
    if (!/^(#!.*\n)?\/\*\*/.test(text)) found.push(`${path} does not begin with what it is for`);
    const lines = text.split('\n').length - 1;
    if (facts.code && lines > LONGEST && long[path] === undefined) found.push(`${path} has ${lines} lines`);
    if (lines <= LONGEST && long[path] !== undefined) found.push(`${path} is short now: take it off the list`);
  }
  for (const path of Object.keys(long))
    if (!sources.has(path)) found.push(`${path} is listed as long and does not exist`);
  return found;
}

/** Source files with code that have no test of their own name; `elsewhere` names the test of those that cannot. */
export function mirrorViolations(
  sources: Sources,
  tests: ReadonlySet<string>,
  elsewhere: Readonly<Record<string, string>> = {},
): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const own = `test/${path.replace(/\.ts$/, '.test.ts')}`;
    const other = elsewhere[path];
    if (tests.has(own)) {
      if (other !== undefined) found.push(`${path} has a test of its own now: take it off the list`);
    } else if (other !== undefined) {
      if (!tests.has(other)) found.push(`${path} is said to be tested by ${other}, which does not exist`);
    } else if (factsOf(path, text).code) found.push(`${path} has no ${own}`);
  }
  for (const path of Object.keys(elsewhere)) if (!sources.has(path)) found.push(`${path} is listed and does not exist`);
  return found;
}

/** Tests below test/store, test/sandbox and test/daemon whose source is gone; `others` names what else some of them test. */
export function orphanedTests(
  sources: Sources,
  tests: ReadonlySet<string>,
  others: Readonly<Record<string, string>> = {},
): string[] {
  const names = [...sources.keys()].map((path) => path.replace(/\.ts$/, ''));
  return [...tests].filter((test) => {
    const source = test.replace(/^test\//, '').replace(/\.test\.ts$/, '');
    if (!/^(store|sandbox|daemon)\//.test(source) || others[test] !== undefined) return false;
    return !names.some((name) => source === name || source.startsWith(`${name}-`));
  });
}

/** A token that was committed is found wherever git keeps it, in repositories that git itself made. */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import t from 'tap';
import { environment, gitWorld, inGit, scanTar, tarOf } from './git-world.js';
import { packOf } from './packs.js';

const TOKEN = 'ghp_Zq3nV8wLr5TtYp2KxB7mC1dFhJ6sGa9uEoRi';
const ENV = `A=1\nTOKEN=${TOKEN}\n`;

t.test('committed and amended away: the reflog still has it', async (t) => {
  const { git, write, commit, scan } = gitWorld(t, 'app');
  write('src/.env', ENV);
  commit('add the settings');
  const leaked = git('rev-parse', 'HEAD');
  write('src/.env', 'A=1\n');
  commit('add the settings', ['--amend']);
  const { findings, complete, scanned } = scan({ GITHUB_TOKEN: TOKEN });
  t.same(inGit(findings), ['GITHUB_TOKEN blob src/.env:2 reflog HEAD']);
  const [finding] = findings;
  t.match(finding, {
    ...{ encoding: 'raw', version: 1, current: true, count: 1, offset: 10, in: 'content' },
    git: { repository: 'app/.git', commit: leaked.slice(0, 12), subject: 'add the settings', commits: 1 },
  });
  t.equal(finding?.git?.authoredAt, Date.parse('2030-01-01T12:01:00Z'));
  t.ok(complete);
  t.equal(scanned.objects, 6 + 2, 'two commits with three objects each, but for the tree and blob that they share');
  t.same(scanned.skipped, []);
  t.notOk(JSON.stringify(findings).includes(TOKEN));
  const shallow = scan({ GITHUB_TOKEN: TOKEN }, { depth: 1 });
  t.match(inGit(shallow.findings), [/ unknown null$/], 'what was not looked at is not said to be dangling');
  t.match(shallow.scanned.skipped, [{ reason: /not every directory/ }]);
  t.notOk(shallow.complete);
});

t.test('its reflog expired: dangling', async (t) => {
  const { git, write, commit, scan } = gitWorld(t);
  write('.env', ENV);
  commit('one');
  write('.env', '');
  commit('two', ['--amend']);
  git('reflog', 'expire', '--expire=all', '--all');
  t.same(inGit(scan({ T: TOKEN }).findings), ['T blob .env:2 dangling null']);
});

t.test('packed with deltas, in a file that was changed many times', async (t) => {
  const { git, write, commit, scan, root } = gitWorld(t);
  const lines = Array.from({ length: 400 }, (_, at) => `line ${at} ${(at * 7919) % 1000} of the configuration`);
  for (let at = 0; at < 12; at += 1) {
    const changed = at === 7 ? [...lines.slice(0, 100), `token: ${TOKEN}`, ...lines.slice(100)] : lines;
    write('deep/down/config.yml', [`version ${at}`, ...changed].join('\n'));
    commit(`version ${at}`);
  }
  git('gc', '-q', '--aggressive', '--prune=now');
  const listed = git('verify-pack', '-v', ...packsOf(root));
  t.match(listed, /chain length = [1-9]/, 'git made deltas');
  const { findings, scanned } = scan({ T: TOKEN });
  t.same(inGit(findings), ['T blob deep/down/config.yml:102 branch main']);
  t.equal(findings[0]?.git?.subject, 'version 7');
  t.equal(scanned.objects, Number(/in-pack: (\d+)/.exec(git('count-objects', '-v'))?.[1]));
  t.same(scanned.skipped, []);
});

t.test('stashed and dropped; staged and forgotten', async (t) => {
  const { git, write, commit, scan } = gitWorld(t);
  write('a', 'a\n');
  commit('a');
  write('a', `${TOKEN}\n`);
  git('stash', '-q');
  t.match(inGit(scan({ T: TOKEN }).findings), ['T blob a:1 stash stash']);
  git('stash', 'drop', '-q');
  t.match(inGit(scan({ T: TOKEN }).findings), ['T blob a:1 dangling null']);
  write('b', `x${TOKEN}2\n`);
  git('add', 'b');
  git('rm', '-q', '--cached', 'b');
  const staged = scan({ T: TOKEN }).findings.filter(({ git }) => git?.commit === null);
  t.match(staged, [{ path: '.git', git: { object: 'blob', path: null, commits: 0, held: 'dangling' } }]);
});

t.test('in messages: of a commit, a tag, a note; in names of files and branches', async (t) => {
  const { git, write, commit, scan } = gitWorld(t);
  write('a', 'a\n');
  commit(`fix\n\nwith ${TOKEN}`);
  git('tag', '-a', 'v1', '-m', `released with ${TOKEN}`);
  git('notes', 'add', '-m', `note ${TOKEN}`);
  write(`x/${TOKEN}.txt`, 'x\n');
  commit(`subject ${TOKEN} \u001b[31m`);
  const { findings } = scan({ T: TOKEN });
  const said = inGit(findings);
  t.ok(said.some((line) => line.startsWith('T commit .git:') && line.endsWith('branch main')));
  t.ok(said.some((line) => /^T tag v1:\d+ tag v1$/.test(line)));
  t.ok(said.some((line) => /^T blob [0-9a-f]{40}:1 notes commits$/.test(line)));
  t.ok(said.some((line) => line.startsWith('T tree x:')));
  const named = findings.filter(({ git, in: where }) => git === null && where === 'name');
  t.match(named, [{ path: 'x/[redacted:T].txt' }]);
  t.ok(findings.some(({ git }) => git?.subject === 'subject [redacted:T] \\x1b[31m'));
  t.notOk(JSON.stringify(findings).includes(TOKEN));
});

t.test('in a submodule, a bare clone and a second working tree', async (t) => {
  const inner = gitWorld(t);
  inner.write('key', ENV);
  inner.commit('inner');
  inner.write('key', '');
  inner.commit('gone');
  const outer = gitWorld(t, 'app');
  outer.write('a', 'a');
  outer.commit('a');
  outer.git('submodule', '--quiet', 'add', inner.root, 'lib/inner');
  outer.commit('with a submodule');
  execFileSync('git', ['clone', '-q', '--no-hardlinks', '--bare', inner.root, join(outer.root, 'bare.git')], {
    env: environment(inner.root),
  });
  outer.git('worktree', 'add', '-q', '--detach', '../tree');
  execFileSync('sh', ['-c', `echo ${TOKEN}2 > f; git add f; git commit -qm detached`], {
    cwd: join(outer.root, 'tree'),
    env: environment(inner.root),
  });
  const { findings } = outer.scan({ T: TOKEN });
  const places = findings.map(({ git, path }) => `${git?.repository} ${path} ${git?.held} ${git?.ref}`).sort();
  t.same(
    places.filter((place) => !place.startsWith('null') && !place.startsWith('undefined')),
    ['app/.git f branch HEAD', 'app/.git/modules/lib/inner key branch main', 'bare.git key branch main'],
  );
});

t.test('files: encodings, lines, old versions, a value twice, names, and what is too short', async (t) => {
  const { write, scan, root } = gitWorld(t);
  const old = 'an-older-token-of-this-secret';
  write('raw.txt', `1\n2\n${TOKEN} and ${TOKEN}\n`);
  write('base64.txt', Buffer.from(`Basic user:${TOKEN}`).toString('base64'));
  write('hex.txt', Buffer.from(old).toString('hex'));
  write('clean.txt', 'nothing here\n'.repeat(100_000));
  write('big.bin', Buffer.concat([Buffer.alloc(9_000_000, 1), Buffer.from(`\n${old}`)]));
  const { findings, scanned } = scan({ 'A#2': TOKEN, B: TOKEN, 'A#1': old, S: 'seven77' });
  const said = findings.map(({ secret, version, encoding, path, line, count }) => [
    secret,
    version,
    encoding,
    path,
    line,
    count,
  ]);
  t.same(said.sort(), [
    ['A', 1, 'hex', 'hex.txt', 1, 1],
    ['A', 1, 'raw', 'big.bin', 2, 1],
    ['A', 2, 'base64', 'base64.txt', 1, 1],
    ['A', 2, 'raw', 'raw.txt', 3, 2],
    ['B', 1, 'base64', 'base64.txt', 1, 1],
    ['B', 1, 'raw', 'raw.txt', 3, 2],
  ]);
  t.ok(scanned.bytes > 10_000_000);
  const cut = tarOf(root).subarray(0, 40_000);
  const report = scanTar(cut, { S: 'seven77' });
  t.notOk(report.complete);
  t.match(report.scanned.skipped, [{ reason: /ended early/ }]);
});

t.test('a value of many lines: found whole, and by one line of it', async (t) => {
  const { write, scan } = gitWorld(t);
  const line = (seed: string) => Buffer.from(seed.repeat(12)).toString('base64').slice(0, 64);
  const pem = [
    '-----BEGIN PRIVATE KEY-----',
    ...['ab1', 'cd2', 'ef3', 'gh4'].map(line),
    '-----END PRIVATE KEY-----',
    '',
  ].join('\n');
  write('key.pem', `# key\n${pem}`);
  write('part.txt', `x\n    ${line('ef3')}\n`);
  write('key.json', JSON.stringify({ a: 1, private_key: pem }, null, 2));
  const said = scan({ KEY: pem }).findings.map(({ encoding, path, line }) => `${path}:${line} ${encoding}`);
  t.same(said.sort(), ['key.json:3 json', 'key.pem:2 raw', 'part.txt:2 line']);
});

t.test('a repository that is a bomb: what was found is told, and files are searched on', async (t) => {
  const { git, write, commit, scan, root } = gitWorld(t, 'a');
  write('leak', TOKEN);
  commit('leak');
  git('gc', '-q');
  const objects = join(root, 'b', 'objects');
  mkdirSync(join(objects, '00'), { recursive: true });
  for (let at = 0; at < 50; at += 1) {
    const zeros = Buffer.concat([Buffer.from('blob 3000000\0'), Buffer.alloc(3_000_000)]);
    writeFileSync(join(objects, '00', String(at).padStart(38, '0')), deflateSync(zeros));
  }
  mkdirSync(join(objects, 'pack'));
  writeFileSync(join(objects, 'pack', `pack-${'0'.repeat(40)}.pack`), randomBytes(5000));
  writeFileSync(join(root, 'z'), TOKEN);
  const whole = scan({ T: TOKEN });
  t.match(whole.scanned.skipped, [{ path: /^b\/objects\/pack/, reason: /no pack/ }]);
  const { findings, scanned, complete } = scan({ T: TOKEN }, { inflated: 20_000_000 });
  t.same(findings.map(({ path, git: place }) => `${path} ${place?.held}`).sort(), [
    ...['a/leak undefined', 'leak branch', 'z undefined'],
  ]);
  t.match(scanned.skipped, [{ path: /^b\/objects/, reason: /were not read: its objects are too large/ }]);
  t.ok(scanned.skippedTotal < 5, 'said once');
  t.notOk(complete, 'not everything was looked at');
  const held = scan({ T: TOKEN }, { held: 100, findings: 1 });
  t.match(held, { complete: false, findings: { length: 1 } });
  t.ok(held.scanned.skipped.some(({ reason }) => /too large to be held/.test(reason)));
});

t.test('bounds of what is remembered: said, and never complete', async (t) => {
  const { git, write, commit, scan } = gitWorld(t);
  write('.env', ENV);
  commit('one');
  write('.env', `${ENV}2`);
  commit('two');
  git('tag', 'v1');
  t.ok(scan({ T: TOKEN }).complete);
  for (const [limits, reason] of [
    [{ history: 1 }, /too many commits and trees/],
    [{ hits: 1 }, /more git objects hold a value/],
    [{ repositories: 0 }, /too many git repositories/],
    [{ refIds: 0 }, /too many refs/],
    [{ refs: 10 }, /too many refs/],
    [{ gitTime: -1 }, /it took too long/],
  ] as const) {
    const { complete, scanned, findings } = scan({ T: TOKEN }, limits);
    t.notOk(complete, String(reason));
    t.ok(
      scanned.skipped.some((one) => reason.test(one.reason)),
      String(reason),
    );
    t.equal(
      scanned.skipped.filter((one) => reason.test(one.reason)).length,
      'refs' in limits ? 5 : 1,
      'once, or for each file',
    );
    const held = findings.filter(({ git: place }) => place !== null).map(({ git: place }) => place?.held);
    t.notOk(held.includes('dangling'), 'what was not looked at is not said to be dangling');
  }
});

t.test('what only looks like git is searched as it is', async (t) => {
  const { write, scan } = gitWorld(t);
  write(`objects/ab/${'c'.repeat(38)}`, ENV);
  write('objects/pack/notes.pack', ENV);
  write('objects/pack/notes.idx', ENV);
  write(`objects/pack/pack-${'d'.repeat(40)}.pack`, Buffer.concat([packOf([]), Buffer.from(ENV), Buffer.alloc(20)]));
  const { findings, complete, scanned } = scan({ T: TOKEN });
  t.same(findings.map(({ path, line }) => `${path}:${line}`).sort(), [
    `objects/ab/${'c'.repeat(38)}:2`,
    'objects/pack/notes.idx:2',
    'objects/pack/notes.pack:2',
    `objects/pack/pack-${'d'.repeat(40)}.pack:2`,
  ]);
  t.notOk(complete);
  t.equal(scanned.skippedTotal, 3);
});

t.test('a pack of any name, as git reads it', async (t) => {
  const { git, write, commit, scan, root } = gitWorld(t);
  write('.env', ENV);
  commit('one');
  git('gc', '-q');
  const pack = join(root, '.git', 'objects', 'pack');
  execFileSync('sh', ['-c', 'for end in pack idx; do mv pack-*.$end mine.$end; done; rm -f *.rev'], { cwd: pack });
  t.match(git('show', 'HEAD:.env'), TOKEN, 'git reads it');
  write('.env', '');
  const { findings, complete } = scan({ T: TOKEN });
  t.same(inGit(findings), ['T blob .env:2 branch main']);
  t.ok(complete);
});

function packsOf(root: string): string[] {
  return execFileSync('sh', ['-c', `ls ${root}/.git/objects/pack/*.idx`], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

/** The scanner: a tar of plain files and a git repository, streamed to the daemon; per second, and per second of its processor time. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { must } from '../../engine/command.js';
import { atLeast, contender, type Line } from '../line.js';
import { processorMs } from '../outside.js';
import { benchValue, type World } from '../world.js';

const SECRETS = 50;
const MB = 1e6;

export async function scanLines(world: World): Promise<Line[]> {
  const { daemon } = world;
  const root = mkdtempSync('/tmp/ab-scan-');
  try {
    for (let at = 0; at < SECRETS; at++)
      await world.api.must('PUT', `/v1/secrets/BENCH_SCAN_${at}/value`, { value: benchValue(`BENCH_SCAN_${at}`, 0) });
    await fill(root, world.rounds(240, 24));
    const tar = join(root, 'all.tar');
    await must('tar', ['-C', join(root, 'tree'), '-cf', tar, '.'], { withinMs: 120_000 });
    const bytes = readFileSync(tar);
    const wall: number[] = [];
    const processor: number[] = [];
    let objects = 0;
    for (let round = -1; round < world.rounds(7, 3); round++) {
      const before = processorMs(daemon.pid);
      const begun = performance.now();
      const answer = await scan(daemon.socket, daemon.token, bytes);
      const took = performance.now() - begun;
      const spent = processorMs(daemon.pid) - before;
      if (!answer.complete || answer.findings.length !== 2) throw new Error(`The scan says ${JSON.stringify(answer)}`);
      objects = answer.scanned.objects;
      if (round < 0) continue;
      wall.push(bytes.length / MB / (took / 1000));
      processor.push(bytes.length / MB / (spent / 1000));
    }
    const ours = contender('Ampoule', wall, 'MB/s');
    const spent = contender('Ampoule', processor, 'MB/s');
    const what = `${Math.round(bytes.length / MB)} MB of tar with ${objects} git objects, ${SECRETS} secrets`;
    return [
      {
        ...{ id: 'scan', title: `Scan a directory (more is better): ${what}`, ours, others: [] },
        goals: [atLeast(ours, 100)],
        notes: ['Over HTTP on a unix socket, from memory, to the whole answer; 1 MB is 10^6 bytes of the tar.'],
      },
      {
        ...{ id: 'scan-processor', title: `Scan a directory, per second of processor time: ${what}`, ours: spent },
        others: [],
        goals: [atLeast(spent, 100)],
        notes: [
          'Processor time of the whole daemon: its own thread, which takes the bytes in, and the one that searches.',
        ],
      },
    ];
  } finally {
    for (let at = 0; at < SECRETS; at++) await world.api.call('DELETE', `/v1/secrets/BENCH_SCAN_${at}`);
    rmSync(root, { recursive: true });
  }
}

/** Text as in sources, in plain files and in a repository whose history is packed with deltas; one value in each. */
async function fill(root: string, megabytes: number): Promise<void> {
  const tree = join(root, 'tree');
  const git = (...args: string[]) => must('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', '-C', tree, ...args]);
  await must('git', ['init', '-q', tree]);
  const leak = benchValue('BENCH_SCAN_7', 0);
  for (let version = 0; version < 20; version++) {
    for (let file = 0; file < 20; file++) writeFileSync(join(tree, `source${file}.ts`), source(20_000, file, version));
    writeFileSync(join(tree, 'settings'), version === 9 ? `token=${leak}\n` : 'token=\n');
    await git('add', '-A');
    await git('commit', '-qm', `version ${version}`);
  }
  await git('gc', '-q');
  for (let at = 0; at < megabytes; at++) writeFileSync(join(tree, `plain${at}.txt`), source(MB, at, 0));
  writeFileSync(join(tree, 'leaked.env'), `TOKEN=${leak}\n`);
}

function source(size: number, seed: number, version: number): string {
  let text = '';
  for (let line = 0; text.length < size; line++) {
    const number = (line * 2654435761 + seed * 40503) % 1_000_003;
    text += `  const value${number} = compute(input.part${number % 97}, ${line % 50 === version ? version : 0}); // ${number.toString(36)}\n`;
  }
  return text;
}

function scan(
  socketPath: string,
  token: string,
  bytes: Buffer,
): Promise<{ complete: boolean; findings: object[]; scanned: { objects: number } }> {
  const headers = { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/x-tar' };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: 'POST', path: '/v1/scan', headers });
    sent.once('error', reject);
    sent.once('response', async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      if (answer.statusCode === 200) resolve(JSON.parse(text));
      else reject(new Error(`POST /v1/scan answered ${answer.statusCode}: ${text.slice(0, 500)}`));
    });
    sent.end(bytes);
  });
}

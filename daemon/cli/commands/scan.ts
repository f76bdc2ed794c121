/** `ampoule scan`: where values of the vault stand in a sandbox's workspace, or in a directory here, with git's history. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ScanAnswer } from '../answers.js';
import { path, type Stream } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { type LeftOut, tarOf } from '../directory-tar.js';
import { ApiError, CliError, EXIT, type Problem, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { records } from '../records.js';
import { sandboxArgument } from '../sandbox-choice.js';
import { scanText } from '../scan-text.js';
import { size } from '../table.js';

/** Of what was left out here, so many are told one by one. */
const TOLD = 200;
const NDJSON = 'application/x-ndjson';

export function scanCommand(tree: Tree, program: Command): void {
  leaf<{ dir?: string }>(
    tree,
    program,
    {
      usage: 'scan [sandbox]',
      summary: 'find values of the vault in a workspace, or in a directory here, and in its git history',
      description:
        'It says where, never what. With --dir the directory is streamed to the daemon, which keeps nothing of it. Exit code 1: something was found.',
      examples: ['scan box', 'scan --dir .', 'scan box --json'],
      has: ['session'],
    },
    scan,
  ).option('--dir <path>', 'a directory of this machine in place of a sandbox');
}

async function scan(invocation: Invocation<{ dir?: string }>): Promise<number> {
  const { options, args, output } = invocation;
  if (options.dir !== undefined && args[0] !== undefined) throw usage('Give either a sandbox or --dir PATH.');
  const { answer, left } =
    options.dir === undefined
      ? { answer: await ofSandbox(invocation, await sandboxArgument(invocation)), left: null }
      : await ofDirectory(invocation, options.dir);
  await output.answer({ text: JSON.stringify(answer) }, scanText(answer));
  await tellLeft(invocation, answer, left);
  const first = answer.findings.find(({ current }) => current);
  if (first !== undefined)
    await output.say(
      `Run \`ampoule leak ${first.secret}\`: it takes the value from everybody and says what to do next.`,
    );
  else if (answer.findings.length > 0)
    await output.say(
      'all of these are old values. See that they are revoked at their provider; here nothing is to be done.',
    );
  return answer.findings.length + answer.others > 0 ? EXIT.found : EXIT.done;
}

function ofSandbox(invocation: Invocation, name: string): Promise<ScanAnswer> {
  return invocation.untilInterrupted(async (signal) => {
    const call = { accept: NDJSON, deadline: 0, signal };
    return report(invocation, await invocation.client.stream('POST', path('sandboxes', name, 'scan'), call));
  });
}

async function ofDirectory(invocation: Invocation, given: string): Promise<{ answer: ScanAnswer; left: LeftOut }> {
  const directory = resolve(invocation.around.cwd, given);
  const { stream, left } = await tarOf(directory).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw usage(`${directory} cannot be read as a directory (${code}). Give another path.`);
  });
  const answer = await invocation.untilInterrupted(async (signal) => {
    const call = { accept: NDJSON, contentType: 'application/x-tar', stream, deadline: 0, signal };
    return report(invocation, await invocation.client.stream('POST', path('scan'), call));
  });
  return { answer: withLeft(answer, left), left };
}

/** The daemon has seen all that it was sent; what was not sent was not searched either. */
export function withLeft(answer: ScanAnswer, { mounts, unreadable }: LeftOut): ScanAnswer {
  const here = [
    ...mounts.map((at) => ({ path: at, reason: 'another file system' })),
    ...unreadable.map((at) => ({ path: at, reason: 'could not be read here' })),
  ];
  if (here.length === 0) return answer;
  const { scanned } = answer;
  const skipped = [...scanned.skipped, ...here.slice(0, TOLD)];
  return {
    ...answer,
    complete: false,
    scanned: { ...scanned, skipped, skippedTotal: scanned.skippedTotal + here.length },
  };
}

/** The report at the end of the records; how far it is goes to a terminal. */
async function report({ around }: Invocation, { body }: Stream): Promise<ScanAnswer> {
  const shows = around.stderr.isTTY === true;
  let shown = false;
  try {
    for await (const record of records(body)) {
      if (record.report !== undefined) return record.report as ScanAnswer;
      if (record.problem !== undefined) throw new ApiError(record.problem as Problem, JSON.stringify(record.problem));
      if (!shows || record.progress === undefined) continue;
      const { files, bytes, objects, findings } = record.progress as Record<string, number>;
      around.stderr.write(
        `\r\u001b[Kscanning … ${size(bytes ?? 0)}, ${files} files, ${objects} git objects, ${findings} found`,
      );
      shown = true;
    }
  } finally {
    if (shown) around.stderr.write('\r\u001b[K');
  }
  throw new CliError('STREAM_BROKEN', 'The scan broke off before its report. Run the command again.');
}

/** What was not looked at, lest nothing found pass for nothing there. */
async function tellLeft({ output }: Invocation, answer: ScanAnswer, left: LeftOut | null): Promise<void> {
  const { skipped, skippedTotal } = answer.scanned;
  for (const { path: at, reason } of skipped.slice(0, 10))
    await output.say(`not read: ${at === '' ? '' : `${at}: `}${reason}`);
  if (skippedTotal > 10) await output.say(`not read: ${skippedTotal - 10} more; --json has them.`);
  const short = answer.notSearched.filter(({ reason }) => reason === 'short').map(({ secret }) => secret);
  if (short.length > 0) await output.say(`not looked for, shorter than 8 bytes: ${[...new Set(short)].join(', ')}.`);
  const altered = answer.notSearched.filter(({ reason }) => reason === 'unreadable').map(({ secret }) => secret);
  if (altered.length > 0)
    await output.say(`not looked for, altered in the vault: ${[...new Set(altered)].join(', ')}.`);
  if (!answer.complete) await output.say('not all was searched, or not all is told.');
  if (left === null) return;
  for (const at of left.elsewhere)
    await output.say(`${at} says that git keeps objects elsewhere; scan that place too.`);
}

/** `ampoule doctor`: what is wrong with a session's secrets, or with the installation, and the command that mends it. */

import type { Command } from 'commander';
import type { DiagnosisAnswer, InstallationAnswer } from '../answers-diagnosis.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { ApiError, CliError, EXIT, usage } from '../errors.js';
import { exitOf, findingsText } from '../findings.js';
import type { Invocation } from '../invocation.js';
import { chooseSession } from '../session-choice.js';
import { table } from '../table.js';

interface DoctorOptions {
  sandbox?: string;
  live?: true;
  installation?: true;
}

export function doctorCommand(tree: Tree, program: Command): void {
  leaf<DoctorOptions>(
    tree,
    program,
    {
      usage: 'doctor [variable]',
      summary: 'what is wrong, and the command that mends it',
      description:
        'Looks into the sandboxes of the session: what a new command has, and what runs. Values are compared by keyed digests; none is shown. ' +
        'Without a session, or with --installation, it looks at the daemon itself. Exit code 125 where something is wrong.',
      examples: [
        'doctor',
        'doctor GITHUB_TOKEN',
        'doctor GITHUB_TOKEN --live',
        'doctor --installation',
        'doctor --json',
      ],
      has: ['session'],
    },
    doctor,
  )
    .option('-b, --sandbox <name>', 'in this sandbox alone')
    .option('--live', 'ask the providers whether they take the values, which uses these')
    .option('--installation', 'the daemon itself: engine, files, clock, audit');
}

async function doctor(invocation: Invocation<DoctorOptions>): Promise<number> {
  const { args, options } = invocation;
  const [variable, more] = args;
  if (more !== undefined) throw usage('One variable at a time. Run `ampoule doctor GITHUB_TOKEN`, say.');
  const asked = variable !== undefined || options.sandbox !== undefined || options.live === true;
  if (options.installation === true) {
    if (asked) throw usage('--installation looks at the daemon itself. Leave the rest out, or --installation.');
    return installation(invocation);
  }
  const session = await sessionOrNone(invocation, asked || options.session !== undefined);
  if (session !== null) return diagnosis(invocation, session, variable);
  await invocation.output.say('there is no live session, so this is about the installation.');
  return installation(invocation);
}

/** null: there is no session, and nothing was asked that needs one. */
async function sessionOrNone(invocation: Invocation, needed: boolean): Promise<string | null> {
  try {
    return await chooseSession(invocation);
  } catch (error) {
    if (needed || !(error instanceof CliError) || !error.message.startsWith('There is no live session')) throw error;
    return null;
  }
}

async function diagnosis(
  invocation: Invocation<DoctorOptions>,
  session: string,
  variable: string | undefined,
): Promise<number> {
  const { client, options, output } = invocation;
  const query = { variable, sandbox: options.sandbox, live: options.live === true ? 'true' : undefined };
  const asking = client.request<DiagnosisAnswer>('GET', path('sessions', session, 'doctor'), { query });
  const answer = await output.progress('looking', asking);
  const { findings, looked, live, sandboxes } = answer.body;
  const seen = sandboxes.map(({ name }) => name).join(', ');
  const parts = [
    findings.length > 0
      ? findingsText(findings, (colour, text) => output.colour(colour, text))
      : `Nothing wrong was found in ${answer.body.session.name}${seen === '' ? '' : ` (${seen})`}.`,
    ...live.map(({ provider, account, outcome, status }) => {
      const of = account === null ? provider : `${provider}@${account}`;
      return `${of}: ${outcome}${status === null ? '' : ` (${status})`}`;
    }),
    table(
      ['LOOKED INTO', 'OUTCOME', ''],
      looked.map(({ title, outcome, said }) => [title, outcome, said]),
    ),
  ];
  await output.answer(answer, parts.join('\n\n'));
  return exitOf(findings);
}

async function installation({ client, output }: Invocation<DoctorOptions>): Promise<number> {
  try {
    const answer = await output.progress('looking', client.request<InstallationAnswer>('GET', path('doctor')));
    const { checks, findings } = answer.body;
    const rows = checks.map(({ name, ok, said }) => [ok ? 'good' : 'bad', name, said]);
    const found = findingsText(findings, (colour, text) => output.colour(colour, text));
    await output.answer(answer, [table(['', 'WHAT', ''], rows), ...(found === '' ? [] : [found])].join('\n\n'));
    return exitOf(findings);
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.code === 'FORBIDDEN')) throw error;
    await output.say('the installation is an operator’s to look at. With a session: `ampoule doctor --session NAME`.');
    return EXIT.ours;
  }
}

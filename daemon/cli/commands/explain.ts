/** `ampoule explain`: which secret a variable comes from, since when and why; or why it is not there. */

import type { Command } from 'commander';
import type { ExplanationAnswer } from '../answers-diagnosis.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { chooseSession } from '../session-choice.js';
import { fields, printable, table, time } from '../table.js';

interface ExplainOptions {
  sandbox?: string;
}

export function explainCommand(tree: Tree, program: Command): void {
  leaf<ExplainOptions>(
    tree,
    program,
    {
      usage: 'explain <variable>',
      summary: 'which secret a variable comes from in the session, and why',
      description:
        'Looks at what is recorded, not into the sandboxes; `ampoule doctor` does that. Exit code 125 where nothing gives it.',
      examples: ['explain GITHUB_TOKEN', 'explain DATABASE_URL -b box', 'explain GITHUB_TOKEN --json'],
      has: ['session'],
    },
    explain,
  ).option('-b, --sandbox <name>', 'in this sandbox alone');
}

async function explain(invocation: Invocation<ExplainOptions>): Promise<number> {
  const { args, client, options, output } = invocation;
  const [variable = '', more] = args;
  if (more !== undefined) throw usage('One variable at a time. Run `ampoule explain GITHUB_TOKEN`, say.');
  const session = await chooseSession(invocation);
  const route = path('sessions', session, 'explain', variable);
  const answer = await client.request<ExplanationAnswer>('GET', route, { query: { sandbox: options.sandbox } });
  await output.answer(answer, explanationText(answer.body));
  return answer.body.has === null ? EXIT.ours : EXIT.done;
}

function explanationText(answer: ExplanationAnswer): string {
  const { variable, session, has, secrets, sandboxes } = answer;
  const holder = secrets.find(({ secret }) => secret === has);
  const parts = [holder === undefined ? absentText(answer) : presentText(variable, session.name, holder)];
  const others = holder === undefined ? [] : secrets.filter((one) => one !== holder);
  if (others.length > 0)
    parts.push(
      table(
        ['ALSO WANTED BY', 'VARIABLE HERE', 'WHY NOT'],
        others.map((one) => [one.secret, one.variable, one.why?.what ?? (one.active ? 'active' : null)]),
      ),
    );
  if (sandboxes.length > 0 && secrets.some(({ active }) => active))
    parts.push(
      table(
        ['SANDBOX', 'HAS', 'SINCE', 'GOES BEFORE'],
        sandboxes.map((one) => [one.name, placeText(one, variable), time(one.since), besideText(one)]),
      ),
    );
  return parts.join('\n\n');
}

type Holder = ExplanationAnswer['secrets'][number];

function presentText(variable: string, session: string, holder: Holder): string {
  const { secret, version, as, activated, expiresAt, elsewhere } = holder;
  const what = as === 'file' ? 'a file with' : '';
  return fields([
    [variable, `${what} ${secret}, version ${version}`.trim()],
    ['session', session],
    ['activated by', activated?.by],
    ['at', time(activated?.at)],
    ['by request', activated?.request ?? undefined],
    ['until', activated?.until === null ? 'it is deactivated' : time(activated?.until)],
    ['expires', expiresAt === null ? undefined : time(expiresAt)],
    ['active also in', elsewhere.length === 0 ? undefined : elsewhere.join(', ')],
  ]);
}

function absentText({ variable, session, secrets, why }: ExplanationAnswer): string {
  const reasons = [why, ...secrets.map((one) => one.why)].filter((one) => one !== null);
  const lines = reasons.map(({ what, todo, code }) => `${printable(what)} [${code}]\n${printable(todo)}`);
  return [`Nothing gives ${variable} to ${session.name}.`, ...lines].join('\n');
}

function placeText(
  { secret, version, variable: there }: ExplanationAnswer['sandboxes'][number],
  asked: string,
): string {
  if (secret !== null) return `${secret}, version ${version}`;
  return there === null || there === asked ? 'no: outside its ceiling' : `no: there it is ${there}`;
}

function besideText({ secret, beside }: ExplanationAnswer['sandboxes'][number]): string | null {
  const words = beside.map((one) => (one === 'image' ? "the image's" : "the sandbox's own"));
  if (words.length === 0) return null;
  return secret === null ? `nothing; it is ${words.join(', ')}` : words.join(', ');
}

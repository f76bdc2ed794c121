/** `ampoule leak` and `ampoule panic`: what to do when a value got out, step by step. */

import type { Command } from 'commander';
import type { LeakAnswer, OutsideAnswer, PanicAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { assureSure } from '../sure.js';
import { table, time } from '../table.js';

interface LeakOptions {
  reason?: string;
  yes?: true;
  withdraw?: true;
}

export function leakCommands(tree: Tree, program: Command): void {
  leaf<LeakOptions>(
    tree,
    program,
    {
      usage: 'leak <name>',
      summary: 'a value got out: take it from everybody, see who had it, and what to do',
      description:
        'It ends in every session and cannot be activated until it has a new value. Asked for at a terminal. Exit code 125: something may still hold it.',
      examples: [
        "leak GITHUB_TOKEN@work --reason 'pushed to a public repository'",
        'leak GITHUB_TOKEN@work --withdraw',
      ],
      has: ['wait'],
    },
    leak,
  )
    .option('--reason <text>', 'what happened; stands in the audit')
    .option('--withdraw', 'it did not leak: the value may be used as it is')
    .option('-y, --yes', 'without being asked, which happens at a terminal only');
  leaf<{ yes?: true }>(
    tree,
    program,
    {
      usage: 'panic',
      summary: 'deactivate everything everywhere, end all that holds a value, and seal the vault',
      description:
        'Asked for at a terminal. Works while sealed and without Docker, and says what is left then (exit code 125).',
      examples: ['panic', 'panic --yes'],
    },
    panic,
  ).option('-y, --yes', 'without being asked, which happens at a terminal only');
}

async function leak(invocation: Invocation<LeakOptions>): Promise<number> {
  const { args, client, options, output } = invocation;
  const [name = ''] = args;
  if (options.withdraw === true) {
    const answer = await client.request('DELETE', path('secrets', name, 'leak'));
    await output.answer(answer, `${name} is not leaked; it can be activated again.`);
    return EXIT.done;
  }
  await assureSure(invocation, `Take ${name} from every session and sandbox, ending what was started with it?`);
  const json = options.reason === undefined ? {} : { reason: options.reason };
  const answer = await makeChange<LeakAnswer>(invocation, 'POST', path('secrets', name, 'leak'), { json });
  if (output.json) {
    await output.print(answer.text);
    return answer.status === 202 ? EXIT.ours : EXIT.done;
  }
  const { exposures, outside, proof, rotation } = answer.body;
  const code = await tellChange(invocation, answer, `1. ${name} is taken from every session, and cannot be activated.`);
  await output.print(`2. ${exposed(exposures)}`);
  if (outside.length > 0) await output.print(`   Commands outside of sandboxes that had it:\n${outsideText(outside)}`);
  await output.print(`3. ${proved(proof)}`);
  for (const sentence of proof.cannotSee) await output.print(`   not to be seen: ${sentence}`);
  const steps = [
    ...rotation.revoke.map((step) => `   revoke: ${step}`),
    ...(rotation.revokePage === null ? [] : [`           ${rotation.revokePage}`]),
    ...rotation.rotate.map((step) => `   renew:  ${step}`),
    ...(rotation.rotatePage === null ? [] : [`           ${rotation.rotatePage}`]),
  ];
  await output.print(
    ['4. What is left for you to do:', ...steps, '   then store the new value:', `   $ ${rotation.command}`].join('\n'),
  );
  return proof.holders.length > 0 || outside.some(runs) ? EXIT.ours : code;
}

function exposed({ items, total, open }: LeakAnswer['exposures']): string {
  if (total === 0) return 'No sandbox ever had it.';
  const rows = items.map(({ session, sandbox, version, env, since, until, confirmedBy }) => [
    ...[session, sandbox, env, `v${version}`, time(since), until === null ? 'now' : time(until), confirmedBy],
  ]);
  const head = `Sandboxes that had it: ${total} times${open > 0 ? `, ${open} not closed yet` : ', all closed'}.`;
  const lines = table(['SESSION', 'SANDBOX', 'VARIABLE', 'VERSION', 'SINCE', 'UNTIL', 'CONFIRMED BY'], rows);
  const more = total > items.length ? `\n   and ${total - items.length} older ones` : '';
  return `${head}\n${lines.replace(/^/gm, '   ')}${more}`;
}

const runs = ({ until, unknown }: OutsideAnswer): boolean => until === null && !unknown;

function outsideText(commands: readonly OutsideAnswer[]): string {
  const rows = commands.map(({ session, host, pid, command, since, until, unknown }) => [
    ...[session, host, pid === null ? '-' : String(pid), command, time(since)],
    until === null ? (unknown ? 'unknown' : 'runs') : time(until),
  ]);
  return table(['SESSION', 'HOST', 'PID', 'COMMAND', 'SINCE', 'UNTIL'], rows).replace(/^/gm, '   ');
}

function proved({ processes, holders }: LeakAnswer['proof']): string {
  if (holders.length === 0)
    return processes === 0
      ? 'No process of a sandbox was there to be looked at.'
      : `No process of a sandbox shows it (${processes} were looked at).`;
  const lines = holders.map((held) => `   ${held.sandbox}: ${held.program} (pid ${held.pid}) has it in its ${held.in}`);
  return [`${holders.length} processes still show it:`, ...lines].join('\n');
}

async function panic(invocation: Invocation<{ yes?: true }>): Promise<number> {
  const { client, output } = invocation;
  await assureSure(
    invocation,
    'Deactivate everything in every session, end all that holds a value, and seal the vault?',
  );
  const answer = await output.progress('ending', client.request<PanicAnswer>('POST', path('panic')));
  const { sessions, activations, ended } = answer.body;
  const done = `The vault is sealed. Ended: ${activations} activations in ${sessions} sessions, and what held a value in ${ended.length} sandboxes.`;
  const code = await tellChange(invocation, answer, done);
  const { outside } = answer.body;
  if (output.json || outside.length === 0) return code;
  await output.print(`Outside of sandboxes these still hold values. End them there:\n${outsideText(outside)}`);
  return EXIT.ours;
}

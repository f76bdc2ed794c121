/** `ampoule secret add`, `set` and `edit`. Values come from a hidden prompt or standard input, never from an argument. */

import type { Command } from 'commander';
import type { Change, SecretAnswer } from '../answers.js';
import { makeChange, tellChange, tellNotices } from '../change.js';
import { path } from '../client.js';
import { leaf, refusedValueOption, several, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { withValue } from '../json-bytes.js';
import { nameAlone, readValue } from '../value.js';
import { secretText } from './secret.js';

interface Description {
  description?: string;
  tag?: string[];
  provider?: string;
  expiresAt?: string;
  rotateEvery?: string;
}
interface AddOptions extends Description {
  account?: string;
  environment?: string;
  env?: string;
  follower?: string[];
  as?: string;
  path?: string;
  notSensitive?: true;
  allowReserved?: true;
  raw?: true;
}

export function secretWriteCommands(tree: Tree, secret: Command): void {
  describing(
    refusedValueOption(
      leaf<AddOptions>(
        tree,
        secret,
        {
          usage: 'add <name>',
          summary: 'register a secret',
          description:
            'NAME is VARIABLE[@account][.environment]. The value is asked for without showing it, or read from standard input, which loses one final newline unless --raw is given.',
          examples: [
            'secret add GITHUB_TOKEN@work --provider github',
            'secret add DATABASE_URL.staging --tag database < url.txt',
            "openssl rand -hex 32 | ampoule secret add SESSION_KEY --description 'signs cookies'",
          ],
        },
        add,
      ).allowExcessArguments(true),
    ),
  )
    .option('--account <account>', 'which of several accounts it belongs to')
    .option('--environment <environment>', 'development, staging, production …')
    .option('--env <variable>', 'the variable it appears as, where that is not its name')
    .option('--follower <variable>', 'a variable that gets the same value; may be given several times', several)
    .option('--as <kind>', 'env, or file: a file in memory, which needs delivery by memory')
    .option('--path <path>', 'where the file of an `--as file` secret lies in the sandbox')
    .option('--not-sensitive', 'a variable whose value may be shown')
    .option('--allow-reserved', 'allow a name of the deny list, such as PATH')
    .option('--raw', 'keep a final newline of standard input');
  refusedValueOption(
    leaf<{ revoke?: true; raw?: true }>(
      tree,
      secret,
      {
        usage: 'set <name>',
        summary: "set a secret's value: creates it, or rotates it to a new version",
        description: 'The value is taken byte for byte, and running sandboxes of sessions where it is active get it.',
        examples: [
          'secret set GITHUB_TOKEN@work',
          'secret set TLS_KEY --raw < key.pem',
          'secret set STRIPE_KEY --revoke',
        ],
        has: ['wait'],
      },
      set,
    ).allowExcessArguments(true),
  )
    .option('--revoke', 'end everything that holds an older version')
    .option('--raw', 'keep a final newline of standard input');
  describing(
    leaf<Description & { sensitive?: string }>(
      tree,
      secret,
      {
        usage: 'edit <name>',
        summary: "change a secret's description, tags, provider, expiry",
        examples: [
          "secret edit GITHUB_TOKEN@work --description 'CI only' --tag ci",
          'secret edit STRIPE_KEY --rotate-every 720h',
        ],
      },
      edit,
    ),
  ).option('--sensitive <yes|no>', 'no: a variable whose value may be shown');
}

function describing(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .option('--tag <tag>', 'a tag; may be given several times', several)
    .option('--provider <provider>', 'the kind of service, such as github')
    .option('--expires-at <time>', 'when it expires (RFC 3339), such as 2027-01-31T00:00:00Z')
    .option('--rotate-every <duration>', 'how often it is due for rotation, such as 720h');
}

function description(options: Description): Record<string, unknown> {
  return {
    description: options.description,
    tags: options.tag,
    provider: options.provider,
    expiresAt: options.expiresAt,
    rotateEvery: options.rotateEvery,
  };
}

async function add(invocation: Invocation<AddOptions>): Promise<number> {
  const { client, options, output, around } = invocation;
  const name = nameAlone('secret add', invocation.args);
  const value = await readValue({ what: `Value of ${name}`, raw: options.raw === true }, around, output);
  const settings = {
    name,
    ...description(options),
    account: options.account,
    environment: options.environment,
    env: options.env,
    followers: options.follower,
    as: options.as,
    path: options.path,
    sensitive: options.notSensitive === true ? false : undefined,
    allowReserved: options.allowReserved,
  };
  const body = withValue(settings, 'value', value) ?? withBase64(settings, value);
  value.fill(0);
  const call = { bytes: body, contentType: 'application/json' };
  const answer = await client.request<SecretAnswer & { notices?: string[] }>('POST', path('secrets'), call);
  await output.answer(answer, `${answer.body.name} is registered. Run \`ampoule activate ${answer.body.name}\`.`);
  return tellNotices(invocation, answer.body.notices ?? []);
}

/** For a value that is no UTF-8. */
function withBase64(settings: Record<string, unknown>, value: Uint8Array): Uint8Array {
  return Buffer.from(JSON.stringify({ ...settings, base64: Buffer.from(value).toString('base64') }));
}

async function set(invocation: Invocation<{ revoke?: true; raw?: true }>): Promise<number> {
  const { options, output, around } = invocation;
  const name = nameAlone('secret set', invocation.args);
  const value = await readValue({ what: `Value of ${name}`, raw: options.raw === true }, around, output);
  const answer = await makeChange<Change & { version?: number }>(invocation, 'PUT', path('secrets', name, 'value'), {
    bytes: value,
    query: { revoke: options.revoke },
  });
  const { version } = answer.body;
  const done = answer.status === 201 ? `${name} is registered` : `${name} has a new value`;
  return tellChange(invocation, answer, version === undefined ? done : `${done} (version ${version})`);
}

async function edit(invocation: Invocation<Description & { sensitive?: string }>): Promise<number> {
  const { client, options, output } = invocation;
  const [name = ''] = invocation.args;
  if (options.sensitive !== undefined && !['yes', 'no'].includes(options.sensitive)) {
    throw usage(`--sensitive is ${JSON.stringify(options.sensitive)}. Give yes or no.`);
  }
  const sensitive = options.sensitive === undefined ? undefined : options.sensitive === 'yes';
  const json = { ...description(options), sensitive };
  if (Object.values(json).every((value) => value === undefined)) {
    throw usage(
      `Nothing to change. Give an option of \`ampoule secret edit --help\`; a value is set with \`ampoule secret set ${name}\`.`,
    );
  }
  const answer = await client.request<SecretAnswer>('PATCH', path('secrets', name), { json });
  await output.answer(answer, secretText(answer.body));
  return EXIT.done;
}

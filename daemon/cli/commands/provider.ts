/** `ampoule providers` and `ampoule add`: what is known of a kind of service, and registering what it gave out. */

import type { Command } from 'commander';
import type { BundleAnswer, List, ProviderAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { leaf, several, type Tree } from '../command-tree.js';
import { EXIT } from '../errors.js';
import { givenFields, type Sources } from '../given-fields.js';
import type { Invocation } from '../invocation.js';
import { withFields } from '../json-bytes.js';
import { fields, table } from '../table.js';

interface AddOptions extends Sources {
  account?: string;
  environment?: string;
  description?: string;
  tag?: string[];
  expiresAt?: string;
  rotateEvery?: string;
  force?: true;
  rotate?: true;
  revoke?: true;
}

export function providerCommands(tree: Tree, program: Command): void {
  leaf(
    tree,
    program,
    {
      usage: 'providers [id]',
      summary: 'list kinds of service with their variables, or show one',
      examples: ['providers', 'providers aws'],
    },
    providers,
  );
  leaf<AddOptions>(
    tree,
    program,
    {
      usage: 'add <provider>',
      summary: 'register the secrets of one provider, all or none',
      description:
        'At a terminal it asks for each value, secret ones hidden. Otherwise it takes lines VARIABLE=value from standard input, or what --field and --from-env name.',
      examples: [
        'add aws --account work',
        'add github --account me@acme.example --tag ci',
        'add gcp --environment staging --field GOOGLE_APPLICATION_CREDENTIALS=@key.json',
        'add aws --from-env --rotate',
      ],
      has: ['wait'],
    },
    add,
  )
    .option('--account <account>', 'which of several accounts it belongs to')
    .option('--environment <environment>', 'development, staging, production …')
    .option(
      '--field <variable=@file>',
      'a value from a file, or as it stands where it is no secret; may be given several times',
      several,
    )
    .option('--from-env', 'take those that are in the environment of this command')
    .option('--rotate', 'store new values of those that are registered')
    .option('--revoke', 'with --rotate: end everything that holds an older value')
    .option('--force', 'store values that do not look as expected')
    .option('--description <text>', 'what they are for')
    .option('--tag <tag>', 'a tag; may be given several times', several)
    .option('--expires-at <time>', 'when they expire (RFC 3339)')
    .option('--rotate-every <duration>', 'how often they are due for rotation, such as 720h');
}

async function providers(invocation: Invocation): Promise<number> {
  const { args, client, output } = invocation;
  const [id] = args;
  if (id === undefined) {
    const all = await client.request<List<ProviderAnswer>>('GET', path('providers'));
    const rows = all.body.items.map(({ id, name, kind, variables }) => [
      id,
      name,
      kind,
      variables.map(({ env }) => env).join(' '),
    ]);
    await output.answer(all, table(['PROVIDER', 'NAME', 'KIND', 'VARIABLES'], rows));
    return EXIT.done;
  }
  const one = await client.request<ProviderAnswer>('GET', path('providers', id));
  await output.answer(one, providerText(one.body));
  return EXIT.done;
}

function providerText({ id, name, kind, variables, rotate, revoke, scopes }: ProviderAnswer): string {
  const rows = variables.map((one) => [
    one.env,
    one.oneOf !== undefined ? `one of ${one.oneOf}` : one.required ? 'yes' : (one.default ?? 'no'),
    one.as === 'file' ? 'file' : one.sensitive ? 'secret' : 'plain',
    one.followers.join(' '),
    one.expected,
  ]);
  const steps = (title: string, lines: string[], page: string): string =>
    [`${title} (${page})`, ...lines.map((line, at) => `  ${at + 1}. ${line}`)].join('\n');
  return [
    fields([
      ['provider', id],
      ['name', name],
      ['kind', kind],
    ]),
    table(['VARIABLE', 'NEEDED', 'KIND', 'FOLLOWED BY', 'EXPECTED'], rows),
    steps('The least it needs', scopes.least, scopes.page),
    steps('To rotate', rotate.steps, rotate.page),
    steps('To revoke', revoke.steps, revoke.page),
    `Register: \`ampoule add ${id}\``,
  ].join('\n\n');
}

async function add(invocation: Invocation<AddOptions>): Promise<number> {
  const { args, client, options, output, around } = invocation;
  const { body: provider } = await client.request<ProviderAnswer>('GET', path('providers', args[0] ?? ''));
  const given = await givenFields(provider, options, around, output);
  const { account, environment, description, tag, expiresAt, rotateEvery, force, rotate } = options;
  const settings = { account, environment, description, tags: tag, expiresAt, rotateEvery, force, rotate };
  const bytes = withFields(settings, given);
  for (const value of given.values()) value.fill(0);
  const call = { bytes, contentType: 'application/json', query: { revoke: options.revoke } };
  const answer = await makeChange<BundleAnswer>(invocation, 'POST', path('providers', provider.id, 'register'), call);
  const { items, created, rotated } = answer.body;
  const say = (names: string[], what: string) => (names.length === 0 ? [] : [`${what} ${names.join(', ')}.`]);
  const of = items[0]?.account == null ? '' : `@${items[0].account}`;
  // The group's name means those of every environment.
  const group = environment === undefined ? `${provider.id}${of}` : items.map(({ name }) => name).join(' ');
  const next = created.length === 0 ? [] : [`Run \`ampoule activate ${group}\`.`];
  return tellChange(
    invocation,
    answer,
    [...say(created, 'Registered'), ...say(rotated, 'New values of'), ...next].join(' '),
  );
}

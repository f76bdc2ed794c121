/** `ampoule connect`: signs in at a provider, so that a token is there and stays fresh. The first time it says how to register an application. */

import type { Command } from 'commander';
import type { BegunAnswer, ConnectionAnswer, SignInFacts } from '../answers-connection.js';
import { openBrowser } from '../browser.js';
import { tellNotices } from '../change.js';
import { type Answer, path } from '../client.js';
import { leaf, several, type Tree } from '../command-tree.js';
import { createText, openText, outcomeText } from '../connection-text.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { withValue } from '../json-bytes.js';
import type { Output } from '../output.js';
import { readValue } from '../value.js';
import { askVisible } from '../visible-prompt.js';

interface ConnectOptions {
  device?: true;
  account?: string;
  environment?: string;
  scope?: string[];
  base?: string;
  clientId?: string;
  open?: true;
}
interface App {
  clientId?: string;
  secret?: Uint8Array;
}

export function connectCommand(tree: Tree, program: Command): void {
  leaf<ConnectOptions>(
    tree,
    program,
    {
      usage: 'connect <provider>',
      summary: 'sign in to a provider; its token becomes a secret that is kept fresh',
      description:
        'The first time it says how to register an application there, asks for its id and secret, and remembers both. Without a ' +
        'terminal the id comes with --client-id and the secret from standard input.',
      examples: [
        'connect github --open',
        'connect github --device --account work',
        'connect gitlab --base https://git.example.com --scope api',
      ],
    },
    connect,
  )
    .option('--device', 'type a code in at any browser, for a machine without one')
    .option('--open', 'open the browser of this machine')
    .option('--account <account>', 'the account that is to sign in, as it is called here')
    .option('--environment <environment>', 'development, staging, production …')
    .option('--scope <scope>', 'what the token may do; may be given several times; the least without it', several)
    .option('--base <url>', "a server of one's own, such as https://git.example.com")
    .option('--client-id <id>', 'the application to use, and to remember');
}

async function connect(invocation: Invocation<ConnectOptions>): Promise<number> {
  const { args, client, options, output, around } = invocation;
  const { base, account, environment, scope } = options;
  const where = path('oauth', 'clients', args[0] ?? '');
  const { body: facts } = await client.request<SignInFacts>('GET', where, { query: { base } });
  const flow = options.device === true ? 'device' : 'code';
  const { clientId, secret } = await application(invocation, facts, flow);
  const wish = { provider: facts.provider, base, account, environment, scopes: scope, flow, clientId };
  const call =
    secret === undefined ? { json: wish } : { bytes: withSecret(wish, secret), contentType: 'application/json' };
  const { body: begun } = await client.request<BegunAnswer>('POST', path('connections'), call);
  await (output.json ? sayLines(output, openText(begun)) : output.print(openText(begun)));
  await tellNotices(invocation, begun.notices);
  if (options.open === true) {
    const url = begun.authorize?.url ?? begun.device?.verificationUri ?? '';
    if (!(await openBrowser(url, around)))
      await output.say('no browser could be opened here; open the address yourself.');
  }
  const ended = await output.progress('waiting for somebody to sign in', untilSignedIn(invocation, begun.id));
  const { state } = ended.body;
  if (state === 'connected' || output.json) await output.answer(ended, outcomeText(ended.body));
  if (state !== 'connected') await output.say(outcomeText(ended.body));
  return state === 'connected' ? EXIT.done : EXIT.ours;
}

/** The one that is remembered, or one that is given now. */
async function application(
  { options, output, around }: Invocation<ConnectOptions>,
  facts: SignInFacts,
  flow: 'code' | 'device',
): Promise<App> {
  const needsSecret = facts.needsSecret[flow];
  let { clientId } = options;
  if (clientId === undefined) {
    const known = facts.client;
    if (known !== null && (known.hasSecret || !needsSecret)) return {};
    await sayLines(output, createText(facts, flow));
    if (around.stdin.isTTY !== true || around.stderr.isTTY !== true) {
      const and = needsSecret ? ' and its secret from standard input' : '';
      throw usage(`Then run the command again with --client-id ID${and}.`);
    }
    clientId = await askVisible('Id of the application: ', around);
    if (clientId === '') throw usage('Without an application nobody can sign in. Give its id.');
  }
  if (!needsSecret) return { clientId };
  return { clientId, secret: await readValue({ what: 'Secret of the application' }, around, output) };
}

async function sayLines(output: Output, text: string): Promise<void> {
  for (const line of text.split('\n')) await output.say(line);
}

function withSecret(wish: object, secret: Uint8Array): Uint8Array {
  const bytes = withValue({ ...wish }, 'clientSecret', secret);
  secret.fill(0);
  if (bytes === null) throw usage('The secret is no UTF-8. Copy it from the page of the application again.');
  return bytes;
}

/** The API waits for a minute at most; a sign-in has its own end. */
function untilSignedIn(invocation: Invocation<ConnectOptions>, id: string): Promise<Answer<ConnectionAnswer>> {
  const { client } = invocation;
  return invocation.untilInterrupted(async (signal) => {
    for (;;) {
      const call = { query: { wait: '60s' }, signal };
      const answer = await client.request<ConnectionAnswer>('GET', path('connections', id), call);
      if (answer.body.state !== 'pending') return answer;
    }
  });
}

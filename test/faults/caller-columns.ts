/** The columns of the authorisation matrix: a token of each kind, good and bad, and whose objects it meets. */

import type { Maker } from '../fixtures/samples.js';
import type { Answer, Call } from './actors.js';

/** A call with this token; null sends none. */
export type CallWith = (token: string | null) => Call;

export interface Column {
  name: string;
  token: string | null;
  /** Makes the objects that the request is about, with the right owner. */
  maker: Maker;
}

interface Bench {
  callWith: CallWith;
  operator: Call;
  unique(prefix: string): string;
  directory: string;
  /** Waits until the short token's time is over. */
  pass(ms: number): Promise<void>;
}

async function created(call: Call, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer: Answer = await call('POST', path, body);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Record<string, unknown>;
}

async function home(call: Call, unique: (prefix: string) => string): Promise<Maker['home']> {
  const session = unique('home');
  const sandbox = unique('homebox');
  await created(call, '/v1/sessions', { name: session, idle: 'never' });
  const answer = await call('POST', '/v1/sandboxes', {
    name: sandbox,
    session,
    network: 'none',
    delivery: 'env',
    idle: 'never',
  });
  if (answer.status >= 300) throw new Error(`sandbox: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { session, sandbox };
}

/** Every column, with its tokens minted. */
export async function columns(bench: Bench): Promise<Column[]> {
  const { operator, unique, callWith, directory } = bench;
  const mint = async (body: Record<string, unknown>): Promise<{ id: string; token: string }> => {
    const token = await created(operator, '/v1/tokens', { name: unique('matrix'), ...body });
    return { id: String(token.id), token: String(token.token) };
  };
  const allow = { secrets: ['tag:sample'], environments: ['development'] };
  const people = await mint({ kind: 'operator' });
  const launcher = await mint({ kind: 'launcher', allow });
  const otherLauncher = await mint({ kind: 'launcher', allow });
  const expired = await mint({ kind: 'operator', ttl: '1s' });
  const revoked = await mint({ kind: 'operator' });
  await operator('DELETE', `/v1/tokens/${revoked.id}`);
  const metrics = await mint({ kind: 'metrics' });

  const operatorHome = await home(operator, unique);
  const launcherHome = await home(callWith(launcher.token), unique);
  const agent = await mint({ kind: 'agent', session: operatorHome.session });
  const foreignAgent = await mint({ kind: 'agent', session: launcherHome.session });
  await bench.pass(1_200);

  const byOperator: Maker = { owner: operator, operator, unique, directory, home: operatorHome };
  const byLauncher: Maker = { owner: callWith(launcher.token), operator, unique, directory, home: launcherHome };
  return [
    { name: 'none', token: null, maker: byOperator },
    { name: 'malformed', token: 'amp_op_not-a-token', maker: byOperator },
    { name: 'expired', token: expired.token, maker: byOperator },
    { name: 'revoked', token: revoked.token, maker: byOperator },
    { name: 'operator', token: people.token, maker: byOperator },
    { name: 'launcher', token: launcher.token, maker: byLauncher },
    { name: 'launcher-foreign', token: otherLauncher.token, maker: byLauncher },
    { name: 'agent', token: agent.token, maker: { ...byOperator, atHome: true } },
    { name: 'agent-foreign', token: foreignAgent.token, maker: { ...byOperator, atHome: true } },
    { name: 'metrics', token: metrics.token, maker: byOperator },
  ];
}

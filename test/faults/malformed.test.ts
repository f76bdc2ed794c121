import { readFileSync } from 'node:fs';
import t from 'tap';
import { type Answered, call, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { type Maker, SAMPLES, type Sample } from '../fixtures/samples.js';
import { seeded } from './ledger.js';
import { mutate, type RawRequest, raw } from './mutants.js';

const count = process.env.AMPOULE_FULL === '1' ? 10_000 : 2_000;
const random = seeded(Number(process.env.AMPOULE_SEED ?? 7));
/** Bytes of a body that no route takes as JSON. */
const LARGE = 256 * 1024;
/** They would seal the vault or change its key under the other requests. */
const LEFT_OUT = new Set(['POST /v1/vault/seal', 'POST /v1/vault/rekey', 'POST /v1/vault/unseal']);

/** Before somebody signed in there is nothing to refresh, and nobody does here. */
const PENDING = 'POST /v1/connections/:connection/refresh';

t.test(`${count} malformed requests`, { timeout: 1_800_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const daemon = await startDaemon({
    engine,
    // As behind a proxy: signing in with a browser is possible.
    env: { AMPOULE_LOG_LEVEL: 'info', AMPOULE_PUBLIC_URL: 'http://127.0.0.1:7433' },
  });
  t.teardown(() => daemon.remove());
  const send = (request: RawRequest): Promise<Answered> =>
    call(daemon.socket, request.method, request.path, undefined, {
      token: daemon.token,
      headers: request.headers,
      ...(request.body === null ? {} : { raw: request.body }),
    });

  let serial = 0;
  const operator: Maker['operator'] = (method, path, body) => daemon.api(method, path, body);
  await daemon.ok('POST', '/v1/sessions', { name: 'home', idle: 'never' });
  await daemon.ok('POST', '/v1/sandboxes', {
    name: 'homebox',
    session: 'home',
    network: 'none',
    delivery: 'env',
    idle: 'never',
  });
  const maker: Maker = {
    owner: operator,
    operator,
    directory: daemon.dir,
    home: { session: 'home', sandbox: 'homebox' },
    unique: (prefix) => {
      serial += 1;
      // Other tests make the same things on the same engine.
      return `${prefix}m${serial}`;
    },
  };
  const make = async (route: string): Promise<Sample> => {
    const [method = ''] = route.split(' ');
    const rest = await SAMPLES[route]?.(maker);
    if (rest === undefined) throw new Error(route);
    return { route, method, ...rest };
  };
  const memory = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]);

  const routes = Object.keys(SAMPLES).filter((route) => !LEFT_OUT.has(route));
  for (const route of routes) {
    const answer = await send(raw(await make(route)));
    const good = route === PENDING ? answer.status === 409 : answer.status >= 200 && answer.status < 300;
    t.ok(good, `the good request: ${route} answers ${answer.status}`);
  }

  const perRoute = new Map<string, Record<string, number>>();
  const odd: string[] = [];
  const unfit: string[] = [];
  let refused = 0;
  let cut = 0;
  let settled = 0;
  const current = new Map<string, Sample>();
  for (let n = 0; n < count; n++) {
    const route = routes[n % routes.length] as string;
    const sample = current.get(route) ?? (await make(route));
    current.set(route, sample);
    const mutant = mutate(sample, random);
    const answer = await send(mutant.request).catch((error: NodeJS.ErrnoException) => {
      // A body over the limit is refused before it is read: the client may still be writing when the daemon hangs up.
      if (!['EPIPE', 'ECONNRESET'].includes(error.code ?? '') || (mutant.request.body?.length ?? 0) < LARGE)
        throw error;
      return null;
    });
    if (answer === null) {
      cut += 1;
      continue;
    }
    const label = `#${n} ${route} with ${mutant.how}: ${answer.status} ${answer.bytes.toString().slice(0, 200)}`;
    const counts = perRoute.get(route) ?? {};
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    perRoute.set(route, counts);
    if (answer.status >= 500) odd.push(label);
    else if (answer.status >= 400) {
      const body = answer.body as { code?: unknown; detail?: unknown; errors?: unknown[] };
      if (typeof body.code === 'string' && typeof body.detail === 'string' && body.detail.length > 10) refused += 1;
      else unfit.push(label);
    } else current.delete(route);
    if (n === Math.floor(count / 4)) settled = memory();
    if (n % 200 === 199) {
      const good = await send(raw(await make('POST /v1/secrets')));
      if (good.status !== 201) odd.push(`a good request after #${n}: ${good.status}`);
    }
  }
  for (const [route, counts] of perRoute) t.comment(`${route}: ${JSON.stringify(counts)}`);
  t.same(odd, [], 'no 5xx, and good requests go on');
  t.same(unfit, [], 'each refusal has a code and says what to do');
  t.ok(cut < count / 100, `${cut} were cut off while they sent a body that is too large`);
  t.ok((refused + cut) / count >= 0.95, `${refused} of ${count} refused (${((100 * refused) / count).toFixed(1)} %)`);
  const end = memory();
  t.ok(end - settled < 40_000, `memory ${settled} kB after a quarter, ${end} kB at the end`);
});

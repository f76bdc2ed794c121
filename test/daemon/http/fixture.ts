/** An app on a real vault, with a reconciler and a delivery that a test steers: what Docker would have said is said by the test. */

import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import type { Test } from 'tap';
import type { Config } from '../../../daemon/config.js';
import { makeDoctor } from '../../../daemon/doctor/doctor.js';
import { createEventHub } from '../../../daemon/events.js';
import { buildApp } from '../../../daemon/http/app.js';
import type { Proof } from '../../../daemon/leak/proof.js';
import { createMetrics } from '../../../daemon/metrics.js';
import type { LogFields, Parts, Redactor, Resolution } from '../../../daemon/parts.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import { makeScanService } from '../../../daemon/scan/service.js';
import type {
  Delivery,
  EndedExec,
  ExecExit,
  ExecRequest,
  Inspection,
  KnownExec,
  Outcome,
  Reconciler,
  RunningExec,
  SandboxView,
} from '../../../sandbox/index.js';
import type { Caller, SandboxId, TokenId, Vault } from '../../../store/index.js';
import { makeKeyFile } from '../../../store/key-file.js';
import { openVault } from '../../../store/open.js';
import { directoryUntilEnd } from '../../engine/directory.js';

const DAEMON: Caller = { kind: 'daemon' };

export interface World {
  app: FastifyInstance;
  parts: Parts;
  vault: Vault;
  config: Config;
  /** Operator's token. */
  token: string;
  /** What the next settles answer, by sandbox; applied where nothing is said. */
  outcomes: Map<string, Partial<Outcome>>;
  views: Map<string, Partial<SandboxView>>;
  /** Sandboxes that were woken, revoked; lines that were logged. */
  woken: string[];
  revoked: string[];
  written: string[];
  logged: { message: string; fields: LogFields | undefined }[];
  execs: { request: ExecRequest; ended: string[] }[];
  /** What the next command does. */
  exec: (
    request: ExecRequest,
  ) => Partial<RunningExec> & { chunks?: { stream: 'stdout' | 'stderr'; data: Uint8Array }[] };
  logs: { stream: 'stdout' | 'stderr'; data: Uint8Array }[];
  /** What an init knows of, and what listening to one of these gives. */
  known: KnownExec[];
  ended: EndedExec[];
  attach: NonNullable<Delivery['attach']>;
  started: boolean;
  /** What a scan of any sandbox reads, and what is found in processes. */
  workspace: () => AsyncIterable<Uint8Array>;
  proof: Partial<Proof>;
  /** What a diagnosis sees of engine, kernel and processes. */
  inspection: Inspection;
  /** What a launch that asks for `auto` gets. */
  resolution: Resolution;
  call(method: string, url: string, body?: unknown, options?: InjectOptions): Promise<Answer>;
  as(token: string | null): World['call'];
  mint(kind: 'operator' | 'launcher' | 'agent' | 'metrics', more?: object): Promise<string>;
}
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are whatever the test looks for
  json: any;
}

export async function world(t: Test, more: Partial<Config> = {}, fakes: Partial<Parts> = {}): Promise<World> {
  const directory = directoryUntilEnd(t);
  const keyFile = join(directory, 'key', 'vault.key');
  makeKeyFile(keyFile);
  const config: Config = {
    dataDir: join(directory, 'data'),
    keyFile,
    passphraseFile: null,
    auditHeadFile: join(directory, 'state', 'audit-head'),
    runDir: join(directory, 'run'),
    socket: join(directory, 'run', 'ampoule.sock'),
    listen: { host: '127.0.0.1', port: 7433 },
    publicUrl: 'http://127.0.0.1:7433',
    allowedHosts: [],
    bootstrapTokenFile: join(directory, 'token'),
    delivery: 'auto',
    defaultImage: 'ampoule/busybox:latest',
    workspaceRoots: [],
    providersDir: null,
    checkBases: {},
    oauthBases: {},
    logLevel: 'silent',
    dockerHost: 'unix:///nowhere',
    rateLimit: 0,
    historyRetention: null,
    ...more,
  };
  const { dataDir, auditHeadFile, runDir } = config;
  const vault = await openVault({
    dataDir,
    unlock: { keyFile },
    auditHeadFile,
    runDir,
    version: '0.1.0',
    freeBytes: () => 1e12,
  });
  const w = {
    vault,
    config,
    outcomes: new Map(),
    views: new Map(),
    woken: [],
    revoked: [],
    written: [],
    logged: [],
    execs: [],
    exec: () => ({ chunks: [{ stream: 'stdout', data: Buffer.from('hello\n') }] }),
    logs: [],
    known: [],
    ended: [],
    attach: async () => {
      throw new Error('nobody said what is attached to');
    },
    started: true,
    workspace: async function* () {},
    proof: {},
    inspection: {
      engine: async () => ({
        ...{ version: '20.10', apiVersion: '1.41', runtime: 'runc', liveRestore: true, cgroupVersion: '2' },
        ...{ cgroupDriver: 'systemd', clockAhead: 0 },
      }),
      kernel: () => ({ root: true, freezer: true }),
      processes: () => [],
      imageVariables: async () => ['PATH'],
    },
    resolution: { delivery: 'env', notices: [] },
  } as unknown as World;
  w.parts = { ...partsOf(w), ...fakes };
  w.app = await buildApp(w.parts);
  t.teardown(async () => {
    await w.app.close();
    vault.close();
  });
  w.token = vault.tokens.create(DAEMON, { kind: 'operator', name: 'test' }).secret;
  w.as =
    (token) =>
    async (method, url, body, options = {}) => {
      const answer = await w.app.inject({
        method: method as 'GET',
        url,
        ...options,
        ...(body === undefined ? {} : { payload: body as object }),
        headers: {
          host: '127.0.0.1:7433',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...options.headers,
        },
      });
      const type = String(answer.headers['content-type'] ?? '');
      const json: unknown = /json/.test(type) && !/ndjson/.test(type) ? JSON.parse(answer.payload) : null;
      return { status: answer.statusCode, headers: answer.headers, text: answer.payload, json };
    };
  w.call = w.as(w.token);
  w.mint = async (kind, extra = {}) => (await w.call('POST', '/v1/tokens', { kind, name: kind, ...extra })).json.token;
  return w;
}

function partsOf(w: World): Parts {
  const listeners = new Set<(token: TokenId) => void>();
  const view = (id: string): SandboxView => ({
    state: 'running',
    containerId: 'c'.repeat(64),
    imageDigest: null,
    epoch: 1,
    generation: 0,
    startedAt: 0,
    exitCode: null,
    vacant: false,
    ...w.views.get(id),
  });
  const reconciler: Reconciler = {
    start: async () => {},
    wake: (id) => void w.woken.push(id),
    wakeAll: () => void w.woken.push('all'),
    settle: async (id, target) => ({ state: 'applied', ...target, tookMs: 1, notices: [], ...w.outcomes.get(id) }),
    view,
    reachable: () => true,
    onChange: () => {},
    stop: async () => {},
  };
  const delivery: Delivery = {
    kind: 'env',
    apply: async (wish) => ({ changed: false, notices: [], seen: view(wish.spec.id), againMs: null }),
    revoke: async (id) => void w.revoked.push(id),
    async exec(request) {
      const { chunks = [], ...given } = w.exec(request);
      const ended: string[] = [];
      w.execs.push({ request, ended });
      const exit: ExecExit = { code: 0, tookMs: 3 };
      return {
        execId: request.execId,
        output: (async function* () {
          yield* chunks;
        })(),
        exit: Promise.resolve(exit),
        end: async (reason) => void ended.push(reason),
        ...given,
      };
    },
    execs: () => w.known,
    ended: () => w.ended,
    attach: (...of) => w.attach(...of),
    async *logs() {
      yield* w.logs;
    },
  };
  const deliveries: Parts['deliveries'] = {
    report: () => ({ configured: 'auto', resolved: w.resolution.delivery, state: 'works' }),
    resolve: async (requested) => (requested === 'auto' ? w.resolution : { delivery: requested, notices: [] }),
    start: () => {},
    stop: async () => {},
  };
  const providers = readCatalogue(null);
  return {
    config: w.config,
    vault: w.vault,
    reconciler,
    delivery: () => delivery,
    deliveries,
    providers,
    oauth: null,
    doctor: makeDoctor({
      ...{ config: w.config, vault: w.vault, reconciler, delivery: () => delivery, deliveries, providers },
      ...{ inspection: w.inspection, version: '0.1.0', now: Date.now },
    }),
    events: createEventHub(1),
    metrics: createMetrics(),
    log: {
      debug: (message, fields) => void w.logged.push({ message, fields }),
      info: (message, fields) => void w.logged.push({ message, fields }),
      warn: (message, fields) => void w.logged.push({ message, fields }),
      error: (message, fields) => void w.logged.push({ message, fields }),
    },
    now: Date.now,
    version: '0.1.0',
    started: () => w.started,
    redactors: () => ({
      stdout: masking(),
      stderr: masking(),
      text: (given) => Buffer.from(masking().push(Buffer.from(given))).toString(),
    }),
    sandboxesOf: (sessions) =>
      sessions.flatMap((session) =>
        w.vault.sandboxes.list(DAEMON, { session, state: 'live' }, { limit: 200 }).items.map(({ id }): SandboxId => id),
      ),
    writeHolders: () => void w.written.push('holders'),
    revokeAll: async () => ({ failed: [] }),
    onTokenRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tokenRevoked: (token) => {
      for (const listener of listeners) listener(token);
    },
    scans: makeScanService(w.vault, async () => ({ base: 'workspace', stream: w.workspace() })),
    prove: () => ({ processes: 0, holders: [], cannotSee: [], ...w.proof }),
    guides: () => null,
    reschedule: () => {},
  };
}

/** Replaces `SECRET-VALUE`, chunk by chunk; of no use after its end. */
function masking(): Redactor {
  let ended = false;
  const once = () => {
    if (ended) throw new Error('used after its end');
  };
  return {
    push(chunk) {
      once();
      return Buffer.from(Buffer.from(chunk).toString('latin1').replaceAll('SECRET-VALUE', '***'), 'latin1');
    },
    end() {
      once();
      ended = true;
      return new Uint8Array(0);
    },
  };
}

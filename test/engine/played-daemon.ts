/** Plays the daemon against a real ampoule-init in a container, as sandbox/init/PROTOCOL.md has it. Holds no vault and decides nothing. */

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  type Entry,
  type ExecFrame,
  firstFrame,
  type InitConfig,
  type InitFrame,
  initFrame,
  proofFrame,
  to,
} from '../../sandbox/link/frames.js';
import { proof } from '../../sandbox/link/proof.js';
import { FrameSplitter, type RawFrame } from '../../sandbox/link/split.js';
import type { EngineFace } from './engine.js';
import { PlayedStream } from './played-stream.js';
import { until } from './wait.js';

export interface PlayOptions {
  /** ampoule-init of the host. */
  program: string;
  /** CONFIG of WELCOME. */
  config?: Partial<InitConfig>;
  /** Further arguments of `docker run`. */
  run?: string[];
  /** The main process's words. */
  main?: string[];
  privileges?: 'standard' | 'strict';
  image?: string;
}

const KEPT = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETUID', 'SETGID', 'KILL', 'NET_BIND_SERVICE'];

/** A variable of a SET with its value. */
export function entry(env: string, value: string | null, options: Partial<Entry> = {}): Entry {
  const bytes = value === null ? null : Buffer.from(value);
  return { env, secret: `sec_${env}`, version: 1, floor: 1, file: false, path: '', value: bytes, ...options };
}

export class PlayedDaemon {
  /** What the init said, in order. */
  readonly heard: InitFrame[] = [];
  /** How each connection began. */
  readonly firsts: string[] = [];
  readonly key = randomBytes(32);
  /** Id of the container. */
  container = '';
  /** Proves a resume with another key than the init's. */
  lie = false;
  /** Answers HELLO with GOODBYE 2. */
  distrust = false;
  config: InitConfig;
  readonly #directory: string;
  readonly #engine: EngineFace;
  readonly #options: PlayOptions;
  readonly #streams = new Map<string, PlayedStream>();
  #server: Server | null = null;
  #link: Socket | null = null;
  #sockets = new Set<Socket>();
  #greeted = false;
  #seq = 0;
  #generation = 0;
  #commands = 0;

  constructor(engine: EngineFace, options: PlayOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#directory = mkdtempSync('/tmp/ap-played-');
    chmodSync(this.#directory, 0o755);
    mkdirSync(join(this.#directory, 'link'), { mode: 0o755 });
    const none = { flags: 0, user: '', grace: 500, lease: 0, path: '/bin' };
    this.config = { sandbox: 'sbx_PLAYED', ...none, ...options.config };
  }

  /** Listens, starts the container and waits for its WELCOME. */
  async start(): Promise<void> {
    await this.listen();
    await this.run();
    await this.hear('state');
  }

  /** Starts the container. */
  async run(): Promise<void> {
    const { program, run = [], main = [], privileges = 'standard', image } = this.#options;
    const mode = privileges === 'strict' ? '0777' : '0755';
    const args = [
      ...['run', '-d', '--log-driver', 'none', '--network', 'none', '--pids-limit', '256', '--memory', '512m'],
      ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...(privileges === 'strict' ? [] : KEPT.flatMap((capability) => ['--cap-add', capability])),
      ...['--tmpfs', `/.ampoule:rw,exec,nosuid,nodev,size=8m,mode=${mode}`],
      ...['--mount', `type=bind,src=${program},dst=/.ampoule/init,readonly`],
      ...['--mount', `type=bind,src=${join(this.#directory, 'link')},dst=/.ampoule/link,readonly`],
      ...['-e', 'PATH=/.ampoule/bin:/bin', '--entrypoint', '/.ampoule/init', ...run],
      ...[image ?? (await this.#engine.importBusybox()), ...main],
    ];
    this.container = (await this.#engine.docker(...args)).trim();
  }

  /** Opens the socket; the init comes by itself. */
  async listen(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    const path = join(this.#directory, 'link', 's');
    rmSync(path, { force: true });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    chmodSync(path, 0o666);
  }

  /** As a daemon that was killed: every connection breaks, and nobody listens. */
  async die(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#link = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Removes the container and what lies on this machine. */
  async stop(): Promise<void> {
    await this.#engine.tryDocker(['rm', '-f', this.container]);
    await this.die();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Sends bytes as they are on the trusted connection. */
  send(bytes: Uint8Array): void {
    this.#link?.write(bytes);
  }

  /** What is sent meanwhile goes in one piece. */
  together(send: () => void): void {
    this.#link?.cork();
    send();
    this.#link?.uncork();
  }

  /** Sends a SET of the next generation; gives its number. */
  set(entries: Entry[], options: { grace?: number; generation?: number; epoch?: number } = {}): number {
    this.#generation = options.generation ?? this.#generation + 1;
    this.#seq++;
    this.send(
      to.set(this.#seq, { epoch: options.epoch ?? 1, generation: this.#generation }, options.grace ?? 0, entries),
    );
    return this.#seq;
  }

  /** The same, and waits until it is done. */
  async setDone(entries: Entry[], options: { grace?: number } = {}): Promise<Extract<InitFrame, { type: 'done' }>> {
    const seq = this.set(entries, options);
    return this.hear('done', (frame) => frame.seq === seq);
  }

  /** Starts a command; its stream comes by itself. */
  exec(argv: string[], options: Partial<ExecFrame> = {}): PlayedStream {
    const token = randomBytes(16);
    const id = options.id ?? `exe_${++this.#commands}`;
    const stream = new PlayedStream(id);
    this.#streams.set(token.toString('hex'), stream);
    const none = { flags: 0, user: '', workdir: '', columns: 0, rows: 0, env: [] };
    this.send(to.exec({ id, token, argv, ...none, ...options }));
    return stream;
  }

  /** Ends a command. */
  end(id: string, grace: number, reason: string): void {
    this.send(to.end(id, grace, reason));
  }

  attach(id: string, options: { follow?: boolean; tail?: number } = {}): PlayedStream {
    const token = randomBytes(16);
    const stream = new PlayedStream(id);
    this.#streams.set(token.toString('hex'), stream);
    this.send(to.attach(id, token, options.follow ?? false, options.tail ?? null));
    return stream;
  }

  /** Runs to the end; gives what it wrote and how it ended. */
  async finish(
    argv: string[],
    options: Partial<ExecFrame> = {},
  ): Promise<{ stdout: string; stderr: string; code: number; reason: string }> {
    const stream = this.exec(argv, options);
    const { code, reason } = await stream.ended();
    return { stdout: stream.text('stdout'), stderr: stream.text('stderr'), code, reason };
  }

  /** The first frame of this type, heard already or yet to come. */
  hear<T extends InitFrame['type']>(
    type: T,
    fits: (frame: Extract<InitFrame, { type: T }>) => boolean = () => true,
  ): Promise<Extract<InitFrame, { type: T }>> {
    const wanted = (frame: InitFrame): frame is Extract<InitFrame, { type: T }> =>
      frame.type === type && fits(frame as Extract<InitFrame, { type: T }>);
    const what = `the init saying ${type}`;
    return until(what, () => this.heard.find(wanted), {
      everyMs: 2,
      explain: async () => `${JSON.stringify(this.heard)}\n${await this.#engine.docker('ps', '-a')}`,
    });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    const splitter = new FrameSplitter();
    let take = (raw: RawFrame): void => {
      take = this.#begin(socket, raw);
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const raw of splitter.push(chunk)) take(raw);
      } catch (error) {
        this.firsts.push(String(error));
        socket.destroy();
      }
    });
  }

  /** By its first frame; gives what takes the further ones. */
  #begin(socket: Socket, raw: RawFrame): (raw: RawFrame) => void {
    const first = firstFrame(raw);
    this.firsts.push(first.type);
    if (first.type === 'stream') {
      const name = first.token.toString('hex');
      const stream = this.#streams.get(name);
      this.#streams.delete(name);
      if (stream === undefined) throw new Error('a stream with a token that nobody gave');
      return stream.begin(socket);
    }
    const trusted = (frame: RawFrame): void => void this.heard.push(initFrame(frame));
    if (first.type === 'hello') {
      if (this.distrust) socket.end(to.goodbye(2, 'not this one'));
      if (this.distrust) return () => {};
      if (this.#greeted) throw new Error('a second hello');
      this.#greeted = true;
      this.#link = socket;
      socket.write(to.welcome(this.key, this.config));
      return trusted;
    }
    const challenges = { init: first.challenge, daemon: randomBytes(16) };
    const key = this.lie ? randomBytes(32) : this.key;
    socket.write(to.challenge(challenges.daemon, proof(key, 'daemon', challenges)));
    let proved = false;
    return (frame) => {
      if (proved) return trusted(frame);
      if (!proofFrame(frame).equals(proof(this.key, 'init', challenges))) throw new Error('a wrong proof');
      proved = true;
      this.#link = socket;
      socket.write(to.welcome(null, this.config));
    };
  }
}

/** A played daemon whose init had its WELCOME. */
export async function playDaemon(engine: EngineFace, options: PlayOptions): Promise<PlayedDaemon> {
  const played = new PlayedDaemon(engine, options);
  await played.start();
  return played;
}

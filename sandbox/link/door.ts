/** Decides which connection to a sandbox's socket is its init, and keeps the one that is; tells it nothing but its configuration. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { RecordedProcess } from '../kernel/container-end.js';
import { peerOf } from '../kernel/peer.js';
import type { Candidate, DoorParts } from './door-parts.js';
import { type FirstFrame, type InitConfig, to, VERSION } from './frames.js';
import { InitLink } from './link.js';
import { InitListener } from './listener.js';
import type { Resume } from './resume-keys.js';
import { knownAgain } from './return.js';
import { isItsOwn, isRunning, type Start } from './start.js';
import { StreamTokens } from './tokens.js';
import { Turns } from './turns.js';

/** Connections that say HELLO before it is known which process may. */
const CANDIDATES = 4;

export class InitDoor {
  readonly #parts: DoorParts;
  readonly #listener: InitListener;
  readonly tokens = new StreamTokens();
  #start: Start | null = null;
  #resume: Resume | null = null;
  #candidates: Candidate[] = [];
  #link: InitLink | null = null;
  /** Its first STATE has come. */
  #ready = false;
  #listening: Promise<void> | null = null;
  readonly #turns: Turns;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.timers);
    this.#listener = new InitListener({
      timers: parts.timers,
      counted: parts.counted,
      first: (socket, said) => void this.#first(socket, said).catch(() => socket.destroy()),
    });
  }

  /** Listens where an earlier process did, for the init that it left. */
  async open(): Promise<void> {
    const { directories, keys, sandbox } = this.#parts;
    this.#resume ??= keys.load(sandbox);
    if (this.#resume)
      this.#start ??= { ...this.#resume, config: this.#resume.config, process: this.#resume.process, fresh: false };
    directories.ensure(sandbox);
    this.#listening ??= this.#listener.listen(directories.socket(sandbox));
    await this.#listening;
  }

  /** Before a start of ours: what connected before is nobody any more, and the directory is another one. */
  async expect(dockerId: string, config: InitConfig): Promise<void> {
    const { directories, sandbox } = this.#parts;
    this.#forget();
    this.#start = { dockerId, config, process: null, fresh: true };
    directories.renew(sandbox);
    this.#listening = this.#listener.listen(directories.socket(sandbox));
    await this.#listening;
  }

  /** Which process is the container's. Connections that came before this are judged now. */
  started(dockerId: string, process: RecordedProcess, config: InitConfig): void {
    const same = this.#start?.dockerId === dockerId;
    const known = this.#start?.process ?? null;
    if (same && known !== null && known.pid === process.pid && known.pidStart === process.pidStart) return;
    const fresh = same && known === null && (this.#start?.fresh ?? false);
    if (!fresh) this.#forgetKey();
    this.#start = { dockerId, config, process, fresh };
    const candidates = this.#candidates;
    this.#candidates = [];
    for (const candidate of candidates) this.#judge(candidate);
  }

  /** The init of this container, once it is trusted and has said what it has. */
  link(dockerId: string): InitLink | null {
    const link = this.#link;
    return this.#ready && link && !link.closed && this.#start?.dockerId === dockerId ? link : null;
  }

  /** Configuration of the start that is known. */
  config(dockerId: string): InitConfig | null {
    return this.#start?.dockerId === dockerId ? this.#start.config : null;
  }

  /** Whether this process of the container is the one that may come back, or be the first to come. */
  knows(dockerId: string, pid: number): boolean {
    return this.#start?.dockerId === dockerId && this.#start.process?.pid === pid;
  }

  /** Waits for it; null after `waitMs` or when `signal` is given. */
  whenLinked(dockerId: string, waitMs: number, signal: AbortSignal): Promise<InitLink | null> {
    return this.#turns.until(() => this.link(dockerId), waitMs, signal);
  }

  /** The container's process is over, or it is gone: nobody connects for it. */
  forget(): void {
    this.#forget();
    this.#start = null;
  }

  /** The directory goes too. */
  async remove(): Promise<void> {
    this.forget();
    await this.#listener.close();
    this.#listening = null;
    this.#parts.directories.remove(this.#parts.sandbox);
  }

  /** Lets go of the init, which may come back to a later process. */
  async close(): Promise<void> {
    await this.#listener.close();
    this.#listening = null;
    this.#link?.close();
    this.#resume?.key.fill(0);
    this.#resume = null;
    this.tokens.close();
  }

  async #first(socket: Socket, said: FirstFrame): Promise<void> {
    if (said.type === 'stream') {
      if (this.tokens.take(said.token, socket, said.start)) this.#listener.proven(socket);
      else this.#listener.refuse(socket, 'bad_token');
      return;
    }
    if (said.oldest > VERSION || said.newest < VERSION) {
      const reason = `this daemon knows version ${VERSION} of the protocol; start the sandbox again to give it another init`;
      socket.end(to.goodbye(1, reason));
      return;
    }
    this.#parts.said?.(said.build);
    if (said.type === 'hello') await this.#hello(socket);
    else await this.#return(socket, said.challenge);
  }

  async #hello(socket: Socket): Promise<void> {
    const peer = this.#parts.peer();
    if (this.#resume !== null && isRunning(this.#start)) {
      this.#listener.refuse(socket, 'second_connection');
      return;
    }
    if (peer === null) {
      const taken = this.#candidates.length > 0 || !this.#start?.fresh;
      if (taken) this.#listener.refuse(socket, 'second_connection');
      else this.#hold({ socket, peer: null });
      return;
    }
    const found = await peerOf(socket, peer);
    if (found === null) this.#listener.refuse(socket, 'wrong_peer');
    else this.#hold({ socket, peer: found });
  }

  #hold(candidate: Candidate): void {
    if (isRunning(this.#start)) {
      this.#judge(candidate);
      return;
    }
    this.#candidates.push(candidate);
    if (this.#candidates.length > CANDIDATES) {
      const first = this.#candidates.shift();
      if (first) this.#listener.refuse(first.socket, 'second_connection');
    }
    if (!this.#start?.fresh) this.#parts.knock();
  }

  #judge({ socket, peer }: Candidate): void {
    const start = this.#start;
    if (socket.destroyed) return;
    if (this.#resume !== null || !start?.process || !isItsOwn(start, peer)) {
      this.#listener.refuse(socket, this.#resume === null ? 'wrong_peer' : 'second_connection');
      return;
    }
    start.fresh = false;
    const key = Buffer.allocUnsafeSlow(32);
    randomBytes(32).copy(key);
    this.#resume = { dockerId: start.dockerId, process: start.process, config: start.config, key };
    void this.#admit(socket, this.#resume).catch(() => {
      this.#forgetKey();
      socket.destroy();
    });
  }

  /** What a later process needs is kept before the init can need it. */
  async #admit(socket: Socket, resume: Resume): Promise<void> {
    const { failpoint, keys, sandbox } = this.#parts;
    await failpoint('init.welcome:before');
    keys.save(sandbox, resume);
    await failpoint('init.welcome:after');
    if (this.#resume === resume) this.#welcome(socket, resume.key);
    else socket.destroy();
  }

  /** An init that we knew: both prove that they have the key. */
  async #return(socket: Socket, challenge: Buffer): Promise<void> {
    const resume = this.#resume;
    if (resume === null) {
      this.#listener.refuse(socket, 'bad_proof');
      return;
    }
    const answer = await knownAgain(socket, challenge, resume.key);
    if (answer === 'closed') return;
    if (answer === 'known' && this.#resume === resume) this.#welcome(socket, null);
    else this.#listener.refuse(socket, answer === 'malformed' ? 'malformed' : 'bad_proof');
  }

  #welcome(socket: Socket, key: Buffer | null): void {
    const config = this.#start?.config;
    if (!config) {
      this.#listener.refuse(socket, 'bad_proof');
      return;
    }
    this.#listener.proven(socket);
    this.#link?.close();
    this.#ready = false;
    const { events } = this.#parts;
    const link = new InitLink(socket, {
      ...events,
      state: (state) => {
        if (this.#link !== link) return;
        events.state(state);
        this.#ready = true;
        this.#turns.tell();
      },
      closed: () => {
        if (this.#link !== link) return;
        this.#link = null;
        this.#ready = false;
        events.closed();
      },
    });
    this.#link = link;
    link.send(to.welcome(key, config));
  }

  #forget(): void {
    for (const { socket } of this.#candidates) this.#listener.refuse(socket, 'second_connection');
    this.#candidates = [];
    this.#link?.close();
    this.#forgetKey();
  }

  #forgetKey(): void {
    this.#resume?.key.fill(0);
    this.#resume = null;
    this.#parts.keys.drop(this.#parts.sandbox);
  }
}

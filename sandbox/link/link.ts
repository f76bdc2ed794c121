/** One connection to an init that is trusted: says what is wanted, and hears what became of it. Knows no Docker and no ledger. */

import type { Socket } from 'node:net';
import { SandboxError } from '../errors.js';
import { type Entry, type ExecFrame, type InitFrame, type InitState, initFrame, to, type Versioned } from './frames.js';
import { FrameSplitter } from './split.js';

/** The connection is gone, and with it the answer. */
export class LinkLost extends SandboxError {
  constructor() {
    super(
      'INIT_UNREACHABLE',
      "The sandbox's init does not answer at this moment. Nothing to do: it is tried again; see `ampoule sandbox ls` if this lasts.",
      { retry: true },
    );
  }
}

/** What an init refused, as it says it. */
export class InitRefused extends Error {
  override readonly name = 'InitRefused';
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

export interface LinkEvents {
  state(state: InitState): void;
  started(frame: Extract<InitFrame, { type: 'started' }>): void;
  ended(frame: Extract<InitFrame, { type: 'ended' }>): void;
  gone(id: string): void;
  /** What a command wrote last, before it is said that it ended. */
  last(frame: Extract<InitFrame, { type: 'last' }>): void;
  /** It speaks in a way that the protocol does not allow. */
  malformed(): void;
  goodbye(code: number, reason: string): void;
  closed(): void;
}

interface Answer<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A SET that was sent. `received` and `done` reject with {@link InitRefused} or {@link LinkLost}. */
export interface SetCall {
  /** In force for what starts from now on. */
  received: Promise<void>;
  /** Nothing holds what was taken away, but for `left` processes. */
  done: Promise<{ ended: number; left: number }>;
}

export class InitLink {
  readonly #socket: Socket;
  readonly #events: LinkEvents;
  readonly #splitter = new FrameSplitter();
  readonly #sets = new Map<number, { received: Answer<void>; done: Answer<{ ended: number; left: number }> }>();
  readonly #refusals = new Map<string, Set<(refused: InitRefused | LinkLost) => void>>();
  #seq = 0;
  #closed = false;
  /** What it can be told with `has: 0`: what it said, or was sent. */
  known: Versioned[] = [];
  /** What it has in force, as it says: nothing older may be sent. */
  at = { epoch: 0, generation: 0 };
  /** Point of a whole wish that it answered on this connection, and has still; null: none. */
  whole: { epoch: number; generation: number } | null = null;
  /** Of the last frame sent, as performance.now(). */
  sentAt = performance.now();

  /** `socket` is paused, and its first frames are read. */
  constructor(socket: Socket, events: LinkEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.once('close', () => this.#end());
    socket.resume();
    if (socket.destroyed) this.#end();
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends a frame and wipes it. Nothing happens where the connection is gone. */
  send(bytes: Buffer): void {
    this.sentAt = performance.now();
    if (this.#socket.destroyed) {
      bytes.fill(0);
      return;
    }
    this.#socket.write(bytes, () => bytes.fill(0));
  }

  /** `entries` keep their values, which whoever opened them wipes. */
  set(at: { epoch: number; generation: number }, grace: number, entries: Entry[]): SetCall {
    this.#seq = (this.#seq % 0xffffffff) + 1;
    const seq = this.#seq;
    const received = answer<void>();
    const done = answer<{ ended: number; left: number }>();
    if (this.#closed) {
      received.reject(new LinkLost());
      done.reject(new LinkLost());
    } else {
      this.#sets.set(seq, { received, done });
      this.send(to.set(seq, at, grace, entries));
      const known = entries.map(({ env, secret, version }) => ({ env, secret, version }));
      received.promise.then(
        () => {
          this.known = known;
          this.at = at;
        },
        () => {},
      );
    }
    return { received: received.promise, done: done.promise };
  }

  exec(one: ExecFrame): void {
    this.send(to.exec(one));
  }

  attach(id: string, token: Uint8Array, follow: boolean, tail: number | null): void {
    this.send(to.attach(id, token, follow, tail));
  }

  end(id: string, grace: number, reason: string): void {
    this.send(to.end(id, grace, reason));
  }

  ping(): void {
    this.send(to.ping(0));
  }

  /** Hears a refusal for a command's id, or that the connection is gone, until the answer is called. */
  refusal(id: string, hear: (refused: InitRefused | LinkLost) => void): () => void {
    const set = this.#refusals.get(id) ?? new Set();
    this.#refusals.set(id, set);
    set.add(hear);
    if (this.#closed) hear(new LinkLost());
    return () => {
      set.delete(hear);
      if (set.size === 0 && this.#refusals.get(id) === set) this.#refusals.delete(id);
    };
  }

  #read(chunk: Buffer): void {
    try {
      for (const raw of this.#splitter.push(chunk)) this.#hear(initFrame(raw));
    } catch {
      this.#events.malformed();
      this.#socket.destroy();
    }
  }

  #hear(frame: InitFrame): void {
    switch (frame.type) {
      case 'state':
        this.known = frame.lapsed ? [] : frame.entries;
        this.at = { epoch: frame.epoch, generation: frame.generation };
        if (frame.lapsed) this.whole = null;
        this.#events.state(frame);
        return;
      case 'received':
        for (const [seq, set] of this.#sets) if (seq <= frame.seq) set.received.resolve();
        return;
      case 'done':
        // What a later one waits for includes what an earlier one did.
        for (const [seq, set] of this.#sets)
          if (seq <= frame.seq) {
            this.#sets.delete(seq);
            set.received.resolve();
            set.done.resolve({ ended: frame.ended, left: frame.left });
          }
        return;
      case 'refused': {
        const refused = new InitRefused(frame.code, frame.reason);
        if (frame.id !== '') for (const hear of this.#refusals.get(frame.id) ?? []) hear(refused);
        const set = frame.id === '' ? this.#sets.get(frame.seq) : undefined;
        this.#sets.delete(frame.id === '' ? frame.seq : -1);
        set?.received.reject(refused);
        set?.done.reject(refused);
        return;
      }
      case 'started':
        this.#events.started(frame);
        return;
      case 'ended':
        this.#events.ended(frame);
        return;
      case 'gone':
        this.#events.gone(frame.id);
        return;
      case 'last':
        this.#events.last(frame);
        return;
      case 'goodbye':
        this.#events.goodbye(frame.code, frame.reason);
        this.#socket.destroy();
        return;
      case 'pong':
        return;
    }
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { received, done } of this.#sets.values()) {
      received.reject(new LinkLost());
      done.reject(new LinkLost());
    }
    this.#sets.clear();
    for (const hears of [...this.#refusals.values()]) for (const hear of [...hears]) hear(new LinkLost());
    this.#events.closed();
  }
}

function answer<T>(): Answer<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits hears it; where nobody does it is no crash.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** Accepts what connects to a sandbox's socket, bounds it, and reads the one frame that says what it is; trusts nobody. */

import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Timers } from '../timers.js';
import { type FirstFrame, firstFrame } from './frames.js';
import type { Refused } from './place.js';
import { FrameSplitter } from './split.js';

/** Connections that have not proved themselves, at once. */
const UNPROVEN = 64;
/** Milliseconds that one may take for it. */
const PATIENCE = 5_000;
/** Bytes of a frame that comes before trust. */
const FIRST = 8192;

export interface ListenerParts {
  timers: Timers;
  counted: (what: Refused) => void;
  /** Gets the connection, paused, and what it said. It counts as unproven until {@link InitListener.proven}. */
  first: (socket: Socket, said: FirstFrame) => void;
}

export class InitListener {
  readonly #parts: ListenerParts;
  readonly #unproven = new Map<Socket, () => void>();
  readonly #open = new Set<Socket>();
  #server: Server | null = null;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  /** Listens at a path, in place of whoever did before. Rejects with what the system says. */
  async listen(path: string): Promise<void> {
    await this.close();
    rmSync(path, { force: true });
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path, backlog: 128 }, resolve);
    });
    server.on('error', () => {});
    chmodSync(path, 0o666);
  }

  /** It is who it says: its time does not run any more. */
  proven(socket: Socket): void {
    this.#unproven.get(socket)?.();
    this.#unproven.delete(socket);
  }

  refuse(socket: Socket, why: Refused): void {
    this.proven(socket);
    if (!socket.destroyed) this.#parts.counted(why);
    socket.destroy();
  }

  /** Takes no more connections, and ends those that have not proved themselves. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const [socket, cancel] of this.#unproven) {
      cancel();
      socket.destroy();
    }
    this.#unproven.clear();
    // Others end with whoever has them; the server need not be waited for.
    server?.close();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {});
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.proven(socket);
    });
    const [oldest] = this.#unproven.keys();
    if (this.#unproven.size >= UNPROVEN && oldest) this.refuse(oldest, 'timeout');
    this.#unproven.set(
      socket,
      this.#parts.timers.after(PATIENCE, () => this.refuse(socket, 'timeout')),
    );
    const splitter = new FrameSplitter(FIRST);
    const read = (chunk: Buffer) => {
      try {
        const next = splitter.push(chunk).next();
        if (next.done) return;
        const said = firstFrame(next.value);
        socket.pause();
        socket.removeListener('data', read);
        const rest = splitter.rest();
        if (rest.length > 0) socket.unshift(rest);
        this.#parts.first(socket, said);
      } catch {
        this.refuse(socket, 'malformed');
      }
    };
    socket.on('data', read);
  }
}

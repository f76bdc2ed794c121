/** One-use tokens, by which a command's own connection is known; 128 random bits each. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

export interface Token {
  bytes: Buffer;
  /** The connection that brings it, paused. Never resolves when nobody does: see {@link Token.drop}. */
  socket: Promise<Socket>;
  /** Once there is one: the number of main's start whose it is; 0 of other commands. */
  start: number;
  /** From here on it opens nothing. */
  drop(): void;
}

export class StreamTokens {
  readonly #waiting = new Map<string, (socket: Socket, start: number) => void>();

  give(): Token {
    const bytes = randomBytes(16);
    const name = bytes.toString('latin1');
    const drop = () => void this.#waiting.delete(name);
    const socket = new Promise<Socket>((resolve) =>
      this.#waiting.set(name, (socket, start) => {
        token.start = start;
        resolve(socket);
      }),
    );
    const token: Token = { bytes, socket, start: 0, drop };
    return token;
  }

  /** Whether somebody waits for it; it is used up then. */
  take(bytes: Buffer, socket: Socket, start = 0): boolean {
    const name = bytes.toString('latin1');
    const resolve = this.#waiting.get(name);
    if (!resolve) return false;
    this.#waiting.delete(name);
    resolve(socket, start);
    return true;
  }

  close(): void {
    this.#waiting.clear();
  }
}

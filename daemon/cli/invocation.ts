/** One run of one command: its options, the way to the API, and what it says. Made by the command tree. */

import { Client } from './client.js';
import { apiAddress, apiToken, type FoundToken, type NamedSession } from './environment.js';
import { interrupted } from './errors.js';
import { Output } from './output.js';
import type { Surroundings } from './surroundings.js';

/** Milliseconds from Ctrl-C to giving up on what is not ended by it. */
const CLEANUP = 1000;

/** Options that several commands have; each command has its own beside them. */
export interface CommonOptions {
  json?: true;
  session?: string;
  wait?: string;
  limit?: string;
  cursor?: string;
}

export class Invocation<T extends object = object> {
  readonly args: string[];
  readonly options: T & CommonOptions;
  readonly around: Surroundings;
  /** How many of `args` came after `--`. */
  readonly afterDashes: number;
  /** As it is typed: `ampoule sandbox logs`. */
  readonly command: string;
  readonly output: Output;
  /** What decided which session this is about, where that was neither an option nor that there is only one. */
  sessionFrom: NamedSession | undefined;
  #client: Client | undefined;
  #token: FoundToken | undefined;

  constructor(args: string[], options: T & CommonOptions, around: Surroundings, afterDashes = 0, command = 'ampoule') {
    this.args = args;
    this.afterDashes = afterDashes;
    this.command = command;
    this.options = options;
    this.around = around;
    this.output = new Output(around, options.json === true);
  }

  get token(): FoundToken {
    this.#token ??= apiToken(this.around);
    return this.#token;
  }

  get client(): Client {
    this.#client ??= new Client(apiAddress(this.around), this.token.token);
    return this.#client;
  }

  /**
   * Does `work` with a signal that Ctrl-C gives. It then has a second to clean up: it may be stuck at a reader that is.
   * @throws CliError with exit code 130 when it was given.
   */
  async untilInterrupted<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let stop = (): void => {};
    const stuck = new Promise<never>((_, reject) => {
      stop = this.around.onInterrupt(() => {
        controller.abort();
        timer ??= setTimeout(() => reject(interrupted()), CLEANUP);
      });
    });
    try {
      return await Promise.race([work(controller.signal), stuck]);
    } catch (error) {
      throw controller.signal.aborted ? interrupted() : error;
    } finally {
      clearTimeout(timer);
      stop();
    }
  }
}

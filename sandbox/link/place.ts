/** Where the sockets of inits lie, and why a connection to one is refused. Types only. */

/** Where sockets and programs lie, as this process and the engine's host see them. */
export interface InitPlace {
  /** Absolute; a tmpfs of ours. Holds sockets (`sandboxes/`) and keys to reconnect (`resume/`). */
  runDir: string;
  /** The same directory as the engine's host sees it. */
  hostRunDir: string;
  /** The program ampoule-init as the engine's host sees it. */
  init: string;
  /** Program that says who is at the other end of a socket; null where the engine's processes are not to be seen. */
  peer: string | null;
}

/** Refusals of connections, each counted. */
export type Refused =
  | 'second_connection'
  | 'wrong_peer'
  | 'bad_token'
  | 'bad_proof'
  | 'malformed'
  | 'old_generation'
  | 'timeout';

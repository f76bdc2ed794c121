/** What delivery by memory is given and gives, and what a probe says. Types only. */

import type { OutputPart } from '../engine/demux.js';
import type { Engine } from '../engine/engine.js';
import type { InitPlace, Refused } from '../link/place.js';
import type { Timers } from '../timers.js';
import type { Delivery, Failpoint, Ledger, Log } from '../types.js';

export interface MemoryDeliveryOptions {
  engine: Engine;
  ledger: Ledger;
  place: InitPlace;
  log?: Log;
  /** Hears of every refusal. */
  counted?: (what: Refused) => void;
  /** Something about a sandbox is other than the last pass left it (an init came back, a main ended): wake it. */
  changed?: (sandbox: string) => void;
  /** Replaces values in output that is kept after its command ended. Throws where nobody can say what they are. */
  redact?: (sandbox: string, output: OutputPart[]) => OutputPart[];
  /** Milliseconds since 1970. */
  now?: () => number;
  timers?: Timers;
  /** Called around what an init is told, with a name such as `init.set:before`. Does nothing but in test builds. */
  failpoint?: Failpoint;
}

/** Values reach a sandbox's processes over a socket of its init; Docker never sees one. */
export interface MemoryDelivery extends Delivery {
  readonly kind: 'memory';
  /** Removes containers of ours that belong to a sandbox of which nothing else is known. */
  removeOrphans(vault: string, sandbox: string): Promise<void>;
  /** Lets go of every init; they go on, and end what holds values when their lease runs out. */
  close(): Promise<void>;
}

/** Whether sandboxes can be given values by memory here. */
export type Probe = { works: true; version: string } | { works: false; reason: string };

export interface ProbeOptions {
  engine: Engine;
  place: InitPlace;
  /** Whose probe it is: what a killed daemon left is known by this. */
  vault: string;
  log?: Log;
  /** Milliseconds for all of it; 10 s when not given. */
  timeoutMs?: number;
}

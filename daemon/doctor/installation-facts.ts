/** What a diagnosis of the installation is made from. Types only. */

import type { EngineFacts, KernelFacts } from '../../sandbox/index.js';
import type { Millis } from '../../store/index.js';
import type { DeliveryReport } from '../parts.js';

/** A file or directory that the daemon keeps. */
export interface PlaceFacts {
  /** What it is, for people: "the key file". */
  what: string;
  path: string;
  kind: 'directory' | 'file' | 'socket';
  /** Permission bits; null: it is not there. */
  mode: number | null;
  /** Its owner's number. */
  uid: number | null;
  /** It has to be there. */
  needed: boolean;
}

export interface UnwellSandbox {
  name: string;
  state: string;
  reason: string | null;
  reached: number;
  wanted: number;
}

export interface InstallationFacts {
  version: string;
  uid: number;
  dockerHost: string;
  /** null: Docker does not answer. */
  engine: EngineFacts | null;
  kernel: KernelFacts;
  delivery: DeliveryReport;
  places: PlaceFacts[];
  freeBytes: number;
  /** How far the wall clock moved against the one that only goes on, since the daemon started. */
  clockJumped: Millis;
  sealed: boolean;
  /** Revocations that are in effect and not recorded. */
  unrecorded: number;
  /** `problem` null: none was found; `checked` false: there are too many entries to look at them here. */
  audit: { entries: number; checked: boolean; problem: string | null };
  /** How many live sandboxes there are, and those that are not as they should be. */
  sandboxes: { live: number; unwell: UnwellSandbox[] };
  listen: { host: string; port: number } | null;
  socket: string;
}

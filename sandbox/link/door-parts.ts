/** What a sandbox's door works with, and who wants in. Types only. */

import type { Socket } from 'node:net';
import type { Peer } from '../kernel/peer.js';
import type { Timers } from '../timers.js';
import type { Failpoint } from '../types.js';
import type { InitDirectories } from './directory.js';
import type { LinkEvents } from './link.js';
import type { Refused } from './place.js';
import type { ResumeKeys } from './resume-keys.js';

/** What the door of one sandbox works with. */
export interface DoorParts {
  sandbox: string;
  directories: InitDirectories;
  keys: ResumeKeys;
  /** Program that says who is at the other end; null: that cannot be known here. */
  peer: () => string | null;
  timers: Timers;
  counted: (what: Refused) => void;
  events: LinkEvents;
  failpoint: Failpoint;
  /** Hears which build of the program it is. */
  said?: (build: string) => void;
  /** An init that nobody here started wants in: look whose it is. */
  knock: () => void;
}

/** A connection that said HELLO, and who the kernel says it is from; null: that cannot be known here. */
export interface Candidate {
  socket: Socket;
  peer: Peer | null;
}

/** The frames between the daemon and an init, as sandbox/init/PROTOCOL.md has them; strict, and sends nothing. */

import type { OutputPart } from '../engine/demux.js';
import { FieldReader, frame, Malformed } from './fields.js';
import type { RawFrame } from './split.js';

/** Version of the protocol that this daemon speaks. */
export const VERSION = 1;
const NAME = 128;
const ID = 64;
const TEXT = 4096;
const ENTRIES = 1024;
const PIECE = 4096;

export const TYPE = {
  ...{ HELLO: 0x01, RESUME: 0x02, STREAM: 0x03 },
  ...{ CHALLENGE: 0x10, PROOF: 0x11, WELCOME: 0x12, GOODBYE: 0x13 },
  ...{ SET: 0x20, EXEC: 0x21, END: 0x22, ATTACH: 0x23, PING: 0x24 },
  ...{ STATE: 0x30, RECEIVED: 0x31, DONE: 0x32, REFUSED: 0x33, STARTED: 0x34, ENDED: 0x35, GONE: 0x36, PONG: 0x37 },
  LAST: 0x38,
  ...{ OUTPUT: 0x40, EXIT: 0x41, INPUT: 0x42, RESIZE: 0x43 },
} as const;

/** What an init is told of its sandbox with WELCOME. */
export interface InitConfig {
  /** Bits: 1 main, 2 its terminal, 4 HOME was configured, 8 one shot, 16 stdin stays open, 32 restart on change, 64 own streams. */
  flags: number;
  sandbox: string;
  user: string;
  /** Milliseconds. */
  grace: number;
  /** Milliseconds; 0: never. */
  lease: number;
  /** PATH of commands. */
  path: string;
}

export interface Versioned {
  env: string;
  secret: string;
  version: number;
}

/** One entry of a SET; `value` null where the init has this version already. */
export interface Entry extends Versioned {
  floor: number;
  file: boolean;
  path: string;
  value: Uint8Array | null;
}

export interface ExecFrame {
  id: string;
  token: Uint8Array;
  /** 1 terminal, 2 stdin, 4 detached. */
  flags: number;
  user: string;
  workdir: string;
  columns: number;
  rows: number;
  argv: string[];
  env: string[];
}

/** Frames to an init or a keeper. Those that hold values or keys are wiped by whoever sends them. */
export const to = {
  challenge: (challenge: Uint8Array, proof: Uint8Array) => frame(TYPE.CHALLENGE, (w) => w.raw(challenge).raw(proof)),
  welcome: (key: Uint8Array | null, config: InitConfig) =>
    frame(TYPE.WELCOME, (w) => {
      w.u16(VERSION).raw(key ?? Buffer.alloc(32));
      w.u32(config.flags).text(config.sandbox).text(config.user).u32(config.grace).u32(config.lease).text(config.path);
    }),
  goodbye: (code: number, reason: string) => frame(TYPE.GOODBYE, (w) => w.u16(code).text(reason)),
  set: (seq: number, at: { epoch: number; generation: number }, grace: number, entries: Entry[]) =>
    frame(TYPE.SET, (w) => {
      w.u32(seq).u32(at.epoch).u64(at.generation).u32(grace);
      w.list(entries, (one) => {
        w.text(one.env)
          .text(one.secret)
          .u32(one.version)
          .u32(one.floor)
          .u8(one.file ? 1 : 0)
          .text(one.path);
        w.u8(one.value === null ? 0 : 1);
        if (one.value !== null) w.bytes(one.value);
      });
    }),
  exec: (one: ExecFrame) =>
    frame(TYPE.EXEC, (w) => {
      w.text(one.id).raw(one.token).u32(one.flags).text(one.user).text(one.workdir).u16(one.columns).u16(one.rows);
      w.list(one.argv, (word) => w.text(word)).list(one.env, (assignment) => w.text(assignment));
    }),
  end: (id: string, grace: number, reason: string) => frame(TYPE.END, (w) => w.text(id).u32(grace).text(reason)),
  attach: (id: string, token: Uint8Array, follow: boolean, tail: number | null) =>
    frame(TYPE.ATTACH, (w) =>
      w
        .text(id)
        .raw(token)
        .u32(follow ? 1 : 0)
        .u32(tail ?? 0xffffffff),
    ),
  ping: (seq: number) => frame(TYPE.PING, (w) => w.u32(seq)),
  input: (data: Uint8Array) => frame(TYPE.INPUT, (w) => w.raw(data)),
  resize: (columns: number, rows: number) => frame(TYPE.RESIZE, (w) => w.u16(columns).u16(rows)),
};

export type FirstFrame =
  | { type: 'hello'; oldest: number; newest: number; build: string }
  | { type: 'resume'; oldest: number; newest: number; build: string; challenge: Buffer }
  /** `start`: of main the number of its start, else 0. */
  | { type: 'stream'; token: Buffer; start: number };

/** What a connection says of itself. Throws Malformed. */
export function firstFrame({ type, payload }: RawFrame): FirstFrame {
  const r = new FieldReader(payload);
  const versions = () => ({ oldest: r.u16(), newest: r.u16(), build: r.text(TEXT) });
  switch (type) {
    case TYPE.HELLO:
      return whole(r, { type: 'hello', ...versions() });
    case TYPE.RESUME:
      return whole(r, { type: 'resume', ...versions(), challenge: r.raw(16) });
    case TYPE.STREAM:
      return whole(r, { type: 'stream', token: r.raw(16), start: r.u32() });
    default:
      throw new Malformed(`a connection does not begin with a frame of type ${type}`);
  }
}

/** The proof of an init that comes back. Throws Malformed. */
export function proofFrame({ type, payload }: RawFrame): Buffer {
  if (type !== TYPE.PROOF) throw new Malformed(`a proof was expected, and not a frame of type ${type}`);
  const r = new FieldReader(payload);
  return whole(r, r.raw(32));
}

export interface InitState {
  epoch: number;
  generation: number;
  hadSet: boolean;
  /** Its values are wiped since the last SET. */
  lapsed: boolean;
  mainRuns: boolean;
  entries: Versioned[];
  commands: { id: string; pid: number; flags: number; age: number }[];
}

export type InitFrame =
  | ({ type: 'state' } & InitState)
  | { type: 'received'; seq: number }
  | { type: 'done'; seq: number; ended: number; left: number }
  | { type: 'refused'; seq: number; id: string; code: number; reason: string }
  | {
      type: 'started';
      id: string;
      kind: 'main' | 'command' | 'bridge';
      pid: number;
      program: string;
      held: Versioned[];
    }
  | { type: 'ended'; id: string; code: number; signal: number; reason: string }
  | { type: 'gone'; id: string }
  | { type: 'pong'; seq: number }
  | { type: 'last'; id: string; output: OutputPart[] }
  | { type: 'goodbye'; code: number; reason: string };

/** A frame of an init that is trusted. Throws Malformed. */
export function initFrame({ type, payload }: RawFrame): InitFrame {
  const r = new FieldReader(payload);
  const held = () => ({ env: r.text(NAME), secret: r.text(ID), version: r.u32() });
  switch (type) {
    case TYPE.STATE: {
      const at = { epoch: r.u32(), generation: r.u64() };
      const flags = r.u32();
      const entries = r.list(ENTRIES, held);
      const commands = r.list(0xffff, () => ({ id: r.text(ID), pid: r.u32(), flags: r.u32(), age: r.u32() }));
      const said = { hadSet: (flags & 1) !== 0, lapsed: (flags & 2) !== 0, mainRuns: (flags & 4) !== 0 };
      return whole(r, { type: 'state', ...at, ...said, entries, commands });
    }
    case TYPE.RECEIVED:
      return whole(r, { type: 'received', seq: r.u32() });
    case TYPE.DONE:
      return whole(r, { type: 'done', seq: r.u32(), ended: r.u32(), left: r.u32() });
    case TYPE.REFUSED:
      return whole(r, { type: 'refused', seq: r.u32(), id: r.text(ID), code: r.u16(), reason: r.text(TEXT) });
    case TYPE.STARTED: {
      const id = r.text(ID);
      const kind = (['main', 'command', 'bridge'] as const)[r.u8()];
      if (kind === undefined) throw new Malformed('there is no such kind of holder');
      return whole(r, { type: 'started', id, kind, pid: r.u32(), program: r.text(15), held: r.list(ENTRIES, held) });
    }
    case TYPE.ENDED:
      return whole(r, { type: 'ended', id: r.text(ID), code: r.i32(), signal: r.u32(), reason: r.text(TEXT) });
    case TYPE.GONE:
      return whole(r, { type: 'gone', id: r.text(ID) });
    case TYPE.PONG:
      return whole(r, { type: 'pong', seq: r.u32() });
    case TYPE.LAST: {
      const id = r.text(ID);
      const output: OutputPart[] = [];
      while (r.more()) output.push({ ...streamOf(r.u8()), data: r.bytes(PIECE) });
      return whole(r, { type: 'last', id, output });
    }
    case TYPE.GOODBYE:
      return whole(r, { type: 'goodbye', code: r.u16(), reason: r.text(TEXT) });
    default:
      throw new Malformed(`an init sends no frame of type ${type}`);
  }
}

export type StreamFrame =
  | ({ type: 'output' } & OutputPart)
  | { type: 'exit'; code: number; signal: number; reason: string };

/** A frame of a keeper. Throws Malformed. */
export function streamFrame({ type, payload }: RawFrame): StreamFrame {
  const r = new FieldReader(payload);
  if (type === TYPE.OUTPUT) {
    return { type: 'output', ...streamOf(r.u8()), data: r.rest() };
  }
  if (type === TYPE.EXIT) return whole(r, { type: 'exit', code: r.i32(), signal: r.u32(), reason: r.text(TEXT) });
  throw new Malformed(`a keeper sends no frame of type ${type}`);
}

/** Bit of a stream's number: what it wrote right before is not sent. */
const CUT = 0x80;

function streamOf(number: number): Omit<OutputPart, 'data'> {
  const stream = number & ~CUT;
  if (stream !== 1 && stream !== 2) throw new Malformed('there is no such stream');
  return { stream: stream === 1 ? 'stdout' : 'stderr', ...((number & CUT) === 0 ? {} : { cut: true }) };
}

function whole<T>(reader: FieldReader, value: T): T {
  reader.end();
  return value;
}

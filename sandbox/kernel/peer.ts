/** Finds out which process is at the other end of a unix socket, and whether it is a container's own. Reads nothing from the socket. */

import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { belongsTo } from './cgroup.js';
import { readProcess, readProcFile, running } from './process.js';

/** Who connected, as the kernel noted it at that moment; numbers are those of this process's own namespaces. */
export interface Peer {
  pid: number;
  uid: number;
  gid: number;
}

/** How long the program may take to answer. */
const WITHIN_MS = 2_000;

/**
 * Asks the kernel who connected, by way of the program `ampoule-peer`, which gets the socket as its descriptor 3: Node has no
 * SO_PEERCRED. What lies in the socket stays there, and the socket can be used as before; pause it to be sure that nothing
 * is read meanwhile. null: the peer is in a namespace that cannot be seen from here, the socket is closed or no unix socket,
 * or the program could not be run within 2 s.
 */
export function peerOf(socket: Socket, program: string): Promise<Peer | null> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve(null);
    let child: ReturnType<typeof spawn>;
    try {
      child = spawn(program, [], {
        stdio: ['ignore', 'pipe', 'ignore', socket],
        timeout: WITHIN_MS,
        killSignal: 'SIGKILL',
      });
    } catch {
      // A socket that was closed by the other side a moment ago has no descriptor any more.
      return resolve(null);
    }
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (said.length < 100) said += chunk.toString('latin1');
    });
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code === 0 ? parsePeer(said) : null));
  });
}

/** Parses `pid uid gid`; null for anything else. A pid of 0 is nobody. */
export function parsePeer(text: string): Peer | null {
  const match = /^([1-9]\d{0,9}) (\d{1,10}) (\d{1,10})\n$/.exec(text);
  return match === null ? null : { pid: Number(match[1]), uid: Number(match[2]), gid: Number(match[3]) };
}

/** What a container's first process is known to be. */
export interface ContainerProcess {
  /** `State.Pid` of an inspect. */
  pid: number;
  /** Its start in clock ticks, where it was read before; null: it was not. */
  start: string | null;
  /** 64 hex digits. */
  containerId: string;
}

/**
 * Whether a peer is the first process of this container: the same pid, alive, of the same start, in the container's control
 * group. Ask again after any wait: a pid names another process once this one has ended.
 */
export function peerStands(peer: Peer, expected: ContainerProcess, proc = '/proc'): boolean {
  if (peer.pid !== expected.pid) return false;
  const stat = readProcess(peer.pid, proc);
  if (stat === null || !running(stat)) return false;
  if (expected.start !== null && stat.start !== expected.start) return false;
  const groups = readProcFile(peer.pid, 'cgroup', proc);
  return groups !== null && belongsTo(groups, expected.containerId);
}

/** Types into a terminal of a sandbox over the API, as a person does, and gives what it showed. Keeps nothing. */

import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TestDaemon } from '../engine/daemon.js';

/** Opens a terminal, types `input`, and resolves with all that was shown once the other side closes. */
export async function terminal(
  daemon: TestDaemon,
  sandbox: string,
  command: string[],
  input: string,
  masking = true,
): Promise<string> {
  const body = { command, columns: 80, rows: 24, ...(masking ? {} : { masking }) };
  const { ticket, protocol, path } = await daemon.ok('POST', `/v1/sandboxes/${sandbox}/terminal`, body);
  const socket = await upgraded(daemon, path, `${protocol}, ampoule.ticket.${ticket}`);
  return await new Promise<string>((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const shown: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let message = take(bytes); message !== null; message = take(bytes)) {
        bytes = message.rest;
        if (message.kind === 2 || message.kind === 1) shown.push(message.payload);
        if (message.kind === 8) socket.end(framed(8, message.payload));
      }
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(shown).toString()));
    socket.write(framed(2, Buffer.from(input)));
  });
}

function upgraded(daemon: TestDaemon, path: string, protocol: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ socketPath: daemon.socket, path, agent: false },
      headers: {
        ...{ host: 'localhost', connection: 'Upgrade', upgrade: 'websocket' },
        ...{ 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') },
        ...{ 'sec-websocket-protocol': protocol },
      },
    });
    asked.once('error', reject);
    asked.once('response', (answer) => reject(new Error(`The terminal was refused with ${answer.statusCode}.`)));
    asked.once('upgrade', (_answer, socket, head) => {
      socket.unshift(head);
      resolve(socket);
    });
    asked.end();
  });
}

/** One whole message of a server: kind, payload and what comes after it; null: not all of it is here. */
function take(bytes: Buffer): { kind: number; payload: Buffer; rest: Buffer } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return null;
  const payload = bytes.subarray(start, start + length);
  return { kind: (bytes[0] ?? 0) & 0x0f, payload, rest: bytes.subarray(start + length) };
}

/** One message of a client, which is masked; at most 125 bytes. */
function framed(kind: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | kind, 0x80 | payload.length]), mask, masked]);
}

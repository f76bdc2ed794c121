/** A directory as a tar stream, read while it is sent: follows no link, leaves no file system, opens no device. Changes nothing. */

import { constants } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { paddingOf, tarEnd, tarHeader } from './tar-header.js';

const CHUNK = 256 * 1024;

/** What was left out on the way. */
export interface LeftOut {
  /** Links, sockets, pipes, devices. */
  special: number;
  /** Directories of other file systems. */
  mounts: string[];
  /** Could not be read. */
  unreadable: string[];
  /** Say that git's objects lie somewhere else. */
  elsewhere: string[];
}

export interface DirectoryTar {
  stream: AsyncIterable<Uint8Array>;
  left: LeftOut;
}

/** Rejects as node does where the directory itself cannot be read. */
export async function tarOf(directory: string): Promise<DirectoryTar> {
  const left: LeftOut = { special: 0, mounts: [], unreadable: [], elsewhere: [] };
  const { dev } = await lstat(directory);
  await (await opendir(directory)).close();
  return { stream: archive(directory, dev, left), left };
}

async function* archive(root: string, device: number, left: LeftOut): AsyncGenerator<Uint8Array> {
  yield* below(root, '', device, left);
  yield tarEnd();
}

async function* below(root: string, path: string, device: number, left: LeftOut): AsyncGenerator<Uint8Array> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(join(root, path))) names.push(name);
  } catch {
    left.unreadable.push(path);
    return;
  }
  for (const name of names.sort()) {
    const inside = path === '' ? name : `${path}/${name}`;
    const at = join(root, inside);
    const seen = await lstat(at).catch(() => null);
    if (seen === null) left.unreadable.push(inside);
    else if (seen.isDirectory()) {
      if (seen.dev !== device) {
        left.mounts.push(inside);
        continue;
      }
      yield tarHeader(`${inside}/`, { size: 0, mode: seen.mode, mtime: seen.mtimeMs, directory: true });
      yield* below(root, inside, device, left);
    } else if (seen.isFile()) {
      if (name === '.git' || inside.endsWith('objects/info/alternates')) left.elsewhere.push(inside);
      yield* content(at, inside, left);
    } else left.special += 1;
  }
}

/** Exactly as long as announced, whatever becomes of the file meanwhile. */
async function* content(at: string, inside: string, left: LeftOut): AsyncGenerator<Uint8Array> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(at, flags).catch(() => null);
  if (file === null) {
    left.unreadable.push(inside);
    return;
  }
  try {
    const { size, mode, mtimeMs } = await file.stat();
    yield tarHeader(inside, { size, mode, mtime: mtimeMs, directory: false });
    let sent = 0;
    while (sent < size) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - sent));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, sent).catch(() => ({ bytesRead: 0 }));
      if (bytesRead === 0) break;
      sent += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
    if (sent < size) left.unreadable.push(inside);
    for (; sent < size; sent += Math.min(CHUNK, size - sent)) yield Buffer.alloc(Math.min(CHUNK, size - sent));
    yield Buffer.alloc(paddingOf(size));
  } finally {
    await file.close();
  }
}

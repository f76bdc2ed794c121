/** The engine's calls about images, volumes, networks, and single files of containers. Decides nothing. */

import type Docker from 'dockerode';
import { UnknownOutcome } from '../errors.js';
import { imageFrom } from './answers.js';
import { directoryEntry, firstEntry } from './archive.js';
import { ACT, type Dialler, LOOK } from './dial.js';
import type { Engine, ImageSeen, PathSeen, VolumeSeen } from './engine.js';
import { refusalOf, unlessMissing } from './errors.js';
import { linesOf, parsedLine } from './lines.js';
import { steadily } from './steady.js';

/** Milliseconds without progress after which a pull has failed, and an archive. */
const PULL_IDLE = 60_000;
const ARCHIVE_IDLE = 60_000;

type Calls = Pick<
  Engine,
  | 'inspectImage'
  | 'pull'
  | 'importImage'
  | 'createVolume'
  | 'inspectVolume'
  | 'removeVolume'
  | 'listVolumes'
  | 'inspectNetwork'
  | 'putDirectory'
  | 'stat'
  | 'readFile'
  | 'archive'
>;

export function storageCalls(dial: Dialler): Calls {
  return {
    async inspectImage(reference: string): Promise<ImageSeen | null> {
      const info = await unlessMissing(
        dial.ask<Docker.ImageInspectInfo>('inspectImage', LOOK, {
          method: 'GET',
          path: `/images/${reference.split('/').map(encodeURIComponent).join('/')}/json`,
        }),
      );
      return info && imageFrom(info);
    },

    async pull(
      reference: string,
      options: { progress?: (line: string) => void; signal?: AbortSignal } = {},
    ): Promise<void> {
      const { name, tag } = tagged(reference);
      const idle = new AbortController();
      let timer = setTimeout(() => idle.abort(), PULL_IDLE);
      const engine = options.signal ? AbortSignal.any([idle.signal, options.signal]) : idle.signal;
      try {
        const stream = await dial.open('pull', PULL_IDLE, engine, {
          method: 'POST',
          path: '/images/create',
          query: { fromImage: name, tag },
        });
        for await (const line of linesOf(stream)) {
          clearTimeout(timer);
          timer = setTimeout(() => idle.abort(), PULL_IDLE);
          const said = parsedLine<{ status?: string; error?: string }>(line);
          if (said?.error !== undefined) throw new Error(said.error);
          if (said?.status) options.progress?.(said.status);
        }
      } catch (error) {
        if (options.signal?.aborted) throw new UnknownOutcome('pull', 'it was given up');
        throw refusalOf('pull', error);
      } finally {
        clearTimeout(timer);
      }
    },

    async importImage(name: string, archive: Buffer): Promise<void> {
      const { name: repo, tag } = tagged(name);
      await dial.ask('import', ACT, {
        method: 'POST',
        path: '/images/create',
        query: { fromSrc: '-', repo, tag },
        file: archive,
      });
    },

    async createVolume(name: string, labels: Record<string, string>): Promise<void> {
      await dial.ask('createVolume', ACT, {
        method: 'POST',
        path: '/volumes/create',
        body: { Name: name, Labels: labels },
      });
    },

    async inspectVolume(name: string): Promise<VolumeSeen | null> {
      const answer = await unlessMissing(
        dial.ask<{ Name: string; Labels: Record<string, string> | null }>('inspectVolume', LOOK, {
          method: 'GET',
          path: `/volumes/${encodeURIComponent(name)}`,
        }),
      );
      return answer && { name: answer.Name, labels: answer.Labels ?? {} };
    },

    async removeVolume(name: string): Promise<void> {
      await dial.ask('removeVolume', ACT, {
        method: 'DELETE',
        path: `/volumes/${encodeURIComponent(name)}`,
        accept: [404],
      });
    },

    async listVolumes(labels: string[]): Promise<string[]> {
      const answer = await dial.ask<{ Volumes: { Name: string }[] | null }>('listVolumes', LOOK, {
        method: 'GET',
        path: '/volumes',
        query: { filters: JSON.stringify({ label: labels }) },
      });
      return (answer.Volumes ?? []).map((volume) => volume.Name);
    },

    async inspectNetwork(name: string): Promise<{ id: string; name: string } | null> {
      const answer = await unlessMissing(
        dial.ask<{ Id: string; Name: string }>('inspectNetwork', LOOK, {
          method: 'GET',
          path: `/networks/${encodeURIComponent(name)}`,
        }),
      );
      return answer && { id: answer.Id, name: answer.Name };
    },

    async putDirectory(id: string, path: string, owner: { uid: number; gid: number; mode: number }): Promise<void> {
      const at = path.replace(/\/+$/, '');
      const cut = at.lastIndexOf('/');
      await dial.ask('putDirectory', ACT, {
        method: 'PUT',
        path: `/containers/${id}/archive`,
        query: { path: at.slice(0, cut) || '/' },
        file: directoryEntry(at.slice(cut + 1), owner, Date.now()),
      });
    },

    async stat(id: string, path: string): Promise<PathSeen | null> {
      return (await entryOf(dial, id, path, false))?.seen ?? null;
    },

    async readFile(id: string, path: string): Promise<Buffer | null> {
      return (await entryOf(dial, id, path, true))?.content ?? null;
    },

    async archive(id: string, path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> {
      const control = new AbortController();
      const either = AbortSignal.any([control.signal, signal]);
      const asked = { method: 'GET' as const, path: `/containers/${id}/archive`, query: { path } };
      const stream = await unlessMissing(dial.open('stat', ARCHIVE_IDLE, either, asked));
      if (stream === null) return null;
      return steadily(stream, 'archive', ARCHIVE_IDLE, () => {
        stream.on('error', () => {});
        control.abort();
      });
    },
  };
}

async function entryOf(dial: Dialler, id: string, path: string, content: boolean) {
  const control = new AbortController();
  try {
    const stream = await unlessMissing(
      dial.open('stat', ACT, control.signal, {
        method: 'GET',
        path: `/containers/${id}/archive`,
        query: { path },
      }),
    );
    if (stream === null) return null;
    stream.on('error', () => {});
    return await firstEntry(stream, content);
  } catch (error) {
    throw refusalOf('stat', error);
  } finally {
    control.abort();
  }
}

/** Splits an image's name for a pull; without a tag Docker would pull every one. */
function tagged(reference: string): { name: string; tag: string } {
  const digest = reference.indexOf('@');
  if (digest > 0) return { name: reference.slice(0, digest), tag: reference.slice(digest + 1) };
  const colon = reference.lastIndexOf(':');
  if (colon > reference.lastIndexOf('/')) return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
  return { name: reference, tag: 'latest' };
}

/** The engine's calls about containers: routes and deadlines. Decides nothing. */

import type Docker from 'dockerode';
import { containerFrom, statusFrom } from './answers.js';
import { ACT, type Dial, type Dialler, LOOK } from './dial.js';
import type { ContainerListed, ContainerRequest, ContainerSeen, Engine } from './engine.js';
import { unlessMissing } from './errors.js';

type Calls = Pick<
  Engine,
  'list' | 'inspect' | 'create' | 'start' | 'kill' | 'waitStopped' | 'unpause' | 'remove' | 'rename'
>;

export function containerCalls(dial: Dialler): Calls {
  return {
    async list(labels: string[]): Promise<ContainerListed[]> {
      const answer = await dial.ask<
        { Id: string; Names: string[] | null; State: string; Labels: Record<string, string> | null }[]
      >('list', LOOK, {
        method: 'GET',
        path: '/containers/json',
        query: { all: '1', filters: JSON.stringify({ label: labels }) },
      });
      return answer.map((one) => ({
        id: one.Id,
        names: (one.Names ?? []).map((name) => name.replace(/^\//, '')),
        state: statusFrom(one.State),
        labels: one.Labels ?? {},
      }));
    },

    async inspect(reference: string): Promise<ContainerSeen | null> {
      const info = await unlessMissing(
        dial.ask<Docker.ContainerInspectInfo>('inspect', LOOK, {
          method: 'GET',
          path: `/containers/${encodeURIComponent(reference)}/json`,
        }),
      );
      return info && containerFrom(info);
    },

    async create(name: string, request: ContainerRequest): Promise<{ id: string }> {
      const answer = await dial.ask<{ Id: string }>('create', ACT, {
        method: 'POST',
        path: '/containers/create',
        query: { name },
        body: request,
      });
      return { id: answer.Id };
    },

    async start(id: string): Promise<void> {
      await dial.ask('start', ACT, { method: 'POST', path: `/containers/${id}/start`, accept: [304] });
    },

    async kill(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      await dial.ask('kill', ACT, {
        method: 'POST',
        path: `/containers/${id}/kill`,
        query: { signal },
        accept: [404, 409],
      });
    },

    async waitStopped(id: string, withinMs: number): Promise<boolean> {
      const control = new AbortController();
      const timer = setTimeout(() => control.abort(), withinMs);
      try {
        const call: Dial = { method: 'POST', path: `/containers/${id}/wait`, accept: [404] };
        await dial.ask('wait', withinMs + ACT, call, control.signal);
        return true;
      } catch (error) {
        if (control.signal.aborted && !dial.abandoned()) return false;
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },

    async unpause(id: string): Promise<void> {
      await dial.ask('unpause', ACT, { method: 'POST', path: `/containers/${id}/unpause`, accept: [404] });
    },

    async remove(id: string, options: { volumes: boolean }): Promise<void> {
      await dial.ask('remove', ACT, {
        method: 'DELETE',
        path: `/containers/${id}`,
        query: { force: '1', v: options.volumes ? '1' : '0' },
        accept: [404],
      });
    },

    async rename(id: string, name: string): Promise<void> {
      await dial.ask('rename', ACT, { method: 'POST', path: `/containers/${id}/rename`, query: { name } });
    },
  };
}

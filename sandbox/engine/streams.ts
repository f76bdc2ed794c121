/** The engine's calls whose answers go on: events, logs, commands; and those that ask how it is. Decides nothing. */

import type { Duplex, Readable } from 'node:stream';
import { ACT, type Dialler, LOOK } from './dial.js';
import type { Engine, EngineEvent, ExecSeen, ExecSpec } from './engine.js';
import { refusalOf, unlessMissing } from './errors.js';
import { linesOf, parsedLine } from './lines.js';

type Calls = Pick<Engine, 'events' | 'logs' | 'execCreate' | 'execStart' | 'execInspect' | 'ping' | 'version' | 'info'>;

export function streamCalls(dial: Dialler): Calls {
  return {
    async *events(label: string, signal: AbortSignal): AsyncIterable<EngineEvent> {
      const stream = await dial.open('events', LOOK, signal, {
        method: 'GET',
        path: '/events',
        query: { filters: JSON.stringify({ type: ['container'], label: [label] }) },
      });
      try {
        for await (const line of linesOf(stream)) {
          const said = parsedLine<{
            Type: string;
            Action: string;
            Actor?: { ID: string; Attributes?: Record<string, string> };
          }>(line);
          if (said?.Actor)
            yield { type: said.Type, action: said.Action, id: said.Actor.ID, labels: said.Actor.Attributes ?? {} };
        }
      } catch (error) {
        if (!signal.aborted) throw refusalOf('events', error);
      } finally {
        stream.destroy();
      }
    },

    logs(id: string, options: { follow: boolean; tail?: number }, signal: AbortSignal): Promise<Readable> {
      return dial.open('logs', ACT, signal, {
        method: 'GET',
        path: `/containers/${id}/logs`,
        query: {
          stdout: '1',
          stderr: '1',
          follow: options.follow ? '1' : '0',
          tail: options.tail === undefined ? 'all' : String(options.tail),
        },
      });
    },

    async execCreate(id: string, spec: ExecSpec): Promise<string> {
      const answer = await dial.ask<{ Id: string }>('execCreate', ACT, {
        method: 'POST',
        path: `/containers/${id}/exec`,
        body: {
          AttachStdin: spec.stdin,
          AttachStdout: true,
          AttachStderr: true,
          Tty: spec.tty,
          Cmd: spec.command,
          Env: spec.env,
          ...(spec.workdir === null ? {} : { WorkingDir: spec.workdir }),
          ...(spec.user === null ? {} : { User: spec.user }),
        },
      });
      return answer.Id;
    },

    execStart(execId: string, options: { tty: boolean }): Promise<Duplex> {
      return dial.ask<Duplex>('execStart', ACT, {
        method: 'POST',
        path: `/exec/${execId}/start`,
        body: { Detach: false, Tty: options.tty },
        stream: true,
        hijack: true,
      });
    },

    async execInspect(execId: string): Promise<ExecSeen | null> {
      const answer = await unlessMissing(
        dial.ask<{
          ID: string;
          Running: boolean;
          ExitCode: number | null;
          Pid: number;
          ContainerID: string;
        }>('execInspect', LOOK, { method: 'GET', path: `/exec/${execId}/json` }),
      );
      return (
        answer && {
          id: answer.ID,
          running: answer.Running,
          exitCode: answer.ExitCode,
          pid: answer.Pid,
          containerId: answer.ContainerID,
        }
      );
    },

    async ping(): Promise<void> {
      await dial.ask('ping', LOOK, { method: 'GET', path: '/_ping' });
    },

    async version(): Promise<{ version: string; apiVersion: string; os: string; arch: string }> {
      const answer = await dial.ask<{ Version: string; ApiVersion: string; Os: string; Arch: string }>(
        'version',
        LOOK,
        {
          method: 'GET',
          path: '/version',
        },
      );
      return { version: answer.Version, apiVersion: answer.ApiVersion, os: answer.Os, arch: answer.Arch };
    },

    async info() {
      const answer = await dial.ask<{
        ID: string;
        NCPU: number;
        CgroupVersion?: string;
        CgroupDriver: string;
        LiveRestoreEnabled: boolean;
        DockerRootDir: string;
        SystemTime?: string;
        DefaultRuntime?: string;
        RuncCommit?: { ID?: string };
      }>('info', LOOK, { method: 'GET', path: '/info' });
      return {
        id: answer.ID,
        cpus: answer.NCPU,
        cgroupVersion: answer.CgroupVersion === '2' ? ('2' as const) : ('1' as const),
        cgroupDriver: answer.CgroupDriver,
        liveRestore: answer.LiveRestoreEnabled,
        dataRoot: answer.DockerRootDir,
        systemTime: Number.isNaN(Date.parse(answer.SystemTime ?? '')) ? null : Date.parse(answer.SystemTime ?? ''),
        runtime: [answer.DefaultRuntime ?? 'runc', answer.RuncCommit?.ID ?? ''].join(' ').trim(),
      };
    },
  };
}

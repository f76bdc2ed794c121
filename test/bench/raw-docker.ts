/** Docker's own API, as bare as it can be called: what every line about containers is measured against. */

import { clientAt } from './http-client.js';

export interface RawContainer {
  image: string;
  command?: string[];
  env?: string[];
  network: 'none' | 'bridge';
}

export interface RawDocker {
  /** Creates and starts; gives the id. */
  start(name: string, container: RawContainer): Promise<string>;
  /** Removes, with KILL if it runs. */
  remove(name: string): Promise<void>;
  /** Runs a command to its end: create, start, read all output, inspect. Gives what it printed. Throws unless it ends with 0. */
  exec(name: string, command: string[]): Promise<string>;
  close(): void;
}

export function rawDocker(socketPath: string): RawDocker {
  const http = clientAt(socketPath);
  return {
    start: async (name, { image, command, env, network }) => {
      const { Id: id } = await http.must('POST', `/containers/create?name=${name}`, {
        Image: image,
        Cmd: command ?? ['sleep', '86400'],
        Env: env ?? [],
        HostConfig: { NetworkMode: network },
      });
      await http.must('POST', `/containers/${id}/start`);
      return id;
    },
    remove: async (name) => void (await http.must('DELETE', `/containers/${name}?force=1&v=1`, undefined, [404])),
    exec: async (name, command) => {
      const create = { Cmd: command, AttachStdout: true, AttachStderr: true };
      const { Id: id } = await http.must('POST', `/containers/${name}/exec`, create);
      const output = await http.must('POST', `/exec/${id}/start`, { Detach: false, Tty: false });
      const { ExitCode: code } = await http.must('GET', `/exec/${id}/json`);
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code} in ${name}.`);
      return String(output);
    },
    close: () => http.close(),
  };
}

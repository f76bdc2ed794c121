/** Runs the command line at a real pseudo-terminal (python's pty) and types there. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TOKEN } from './played-api.js';

const CLI = fileURLToPath(new URL('../../../daemon/cli/main.ts', import.meta.url));

const AT_A_TERMINAL = `
import json, os, pty, sys
steps = json.loads(os.environ.pop('STEPS'))
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown, seen = b'', 0
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    while steps and steps[0]['at'].encode() in shown[seen:]:
        step = steps.pop(0)
        seen = shown.index(step['at'].encode(), seen) + len(step['at'].encode())
        os.write(fd, step['keys'].encode())
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(shown)
sys.exit(os.WEXITSTATUS(status))
`;

/** Answers the questions that end with `at` with `keys`, one after the other; gives what the terminal showed. */
export function typed(
  socket: string,
  argv: string[],
  ...steps: { at: string; keys: string }[]
): Promise<{ code: number | null; shown: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-c', AT_A_TERMINAL, process.execPath, '--import', 'tsx', CLI, ...argv], {
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        AMPOULE_ADDR: `unix://${socket}`,
        AMPOULE_TOKEN: TOKEN,
        STEPS: JSON.stringify(steps),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, shown: Buffer.concat(chunks).toString() }));
  });
}

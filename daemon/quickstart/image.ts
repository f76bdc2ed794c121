/** Makes an image without a registry, from Debian's static busybox. Touches nothing but the engine it is told. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './command.js';

/** Name of the image. */
export const BUSYBOX_IMAGE = 'ampoule/busybox:latest';

/** A root file system of one static program under all its names, with the users root and user (1000), as `image.tar`. */
const RECIPE = `
set -eu
mkdir root && cd root
mkdir -p bin dev etc home/user proc root run sys tmp var/tmp workspace
chmod 1777 tmp var/tmp
chmod 0700 root
cp "$1" bin/busybox
./bin/busybox --list | while read -r name; do
  [ "$name" = busybox ] || ln -s busybox "bin/$name"
done
printf 'root:x:0:0:root:/root:/bin/sh\\nuser:x:1000:1000:user:/home/user:/bin/sh\\n' >etc/passwd
printf 'root:x:0:\\nuser:x:1000:\\n' >etc/group
tar -cf ../image.tar --owner=0 --group=0 --exclude=./home/user .
tar -rf ../image.tar --owner=1000 --group=1000 ./home/user
`;

/** Path of a busybox that needs no library, or null. */
export function staticBusybox(path = process.env.PATH ?? ''): string | null {
  for (const directory of [...path.split(delimiter), '/usr/bin', '/bin']) {
    const file = join(directory, 'busybox');
    try {
      if (!readFileSync(file).includes('/ld-linux')) return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Imports the image unless the engine has it. */
export async function importBusybox(engine: { dockerHost: string }): Promise<{ image: string; made: boolean }> {
  const env = { DOCKER_HOST: engine.dockerHost };
  if ((await run('docker', ['image', 'inspect', BUSYBOX_IMAGE], env)).status === 0) {
    return { image: BUSYBOX_IMAGE, made: false };
  }
  const busybox = staticBusybox();
  if (busybox === null) {
    throw new Error('The image needs a static busybox. Run `apt-get install busybox-static`, and try again.');
  }
  const directory = await mkdtemp(join(tmpdir(), 'ampoule-image-'));
  try {
    await sh(RECIPE, [busybox], { cwd: directory });
    const changes = ['--change', 'ENV PATH=/bin', '--change', 'CMD ["sh"]'];
    const imported = await run('docker', ['import', ...changes, join(directory, 'image.tar'), BUSYBOX_IMAGE], env);
    if (imported.status !== 0) throw new Error(`The image could not be imported: ${imported.stderr.trim()}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return { image: BUSYBOX_IMAGE, made: true };
}

function sh(script: string, args: string[], options: { cwd: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script, 'sh', ...args], { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The image's files could not be written to ${options.cwd}. Is there room?`));
    });
  });
}

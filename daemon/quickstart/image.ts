/** Makes an image without a registry, from Debian's static busybox. Touches nothing but the engine it is told. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Name of the image. */
export const BUSYBOX_IMAGE = 'ampoule/busybox:latest';

/** A root file system of one static program under all its names, with the users root and user (1000). */
const RECIPE = `
set -eu
busybox=$(command -v busybox)
mkdir -p bin dev etc home/user proc root run sys tmp var/tmp workspace
chmod 1777 tmp var/tmp
chmod 0700 root
cp "$busybox" bin/busybox
./bin/busybox --list | while read -r name; do
  [ "$name" = busybox ] || ln -s busybox "bin/$name"
done
printf 'root:x:0:0:root:/root:/bin/sh\\nuser:x:1000:1000:user:/home/user:/bin/sh\\n' >etc/passwd
printf 'root:x:0:\\nuser:x:1000:\\n' >etc/group
chown -R 0:0 .
chown 1000:1000 home/user
`;

/** Imports the image unless the engine has it; gives its name. Needs root, for the owners of the files. */
export async function importBusybox(engine: { dockerHost: string }): Promise<string> {
  const env = { ...process.env, DOCKER_HOST: engine.dockerHost };
  const there = await sh(`docker image inspect ${BUSYBOX_IMAGE} >/dev/null 2>&1`, { env });
  if (there === 0) return BUSYBOX_IMAGE;
  const root = await mkdtemp(join(tmpdir(), 'ampoule-image-'));
  try {
    const changes = `--change 'ENV PATH=/bin' --change 'CMD ["sh"]'`;
    const status = await sh(`${RECIPE}\ntar -c . | docker import ${changes} - ${BUSYBOX_IMAGE} >/dev/null`, {
      env,
      cwd: root,
    });
    if (status !== 0) {
      throw new Error('The image of busybox could not be made. Run `apt-get install busybox-static`, and try again.');
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return BUSYBOX_IMAGE;
}

function sh(script: string, options: { env: NodeJS.ProcessEnv; cwd?: string }): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script], { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** An image with the Node that runs this test, made without a registry: what the daemon's Dockerfile can be built on. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticBusybox } from '../../daemon/quickstart/image.js';
import { must } from './command.js';
import type { EngineFace } from './engine.js';

/** Name of the image. */
export const NODE_BASE = 'ampoule/node-base:latest';

/** Node and the libraries it is linked with, as they lie here, and busybox for the rest. `$1`: node, `$2`: busybox. */
const RECIPE = `
set -eu
mkdir -p root/bin root/usr/bin root/dev root/etc root/proc root/root root/run root/sys root/tmp root/var/lib
cp "$1" root/usr/bin/node
ldd "$1" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "root$(dirname "$library")"
  cp -L "$library" "root$library"
done
cp "$2" root/bin/busybox
for name in sh cat env ls; do ln -s busybox "root/bin/$name"; done
printf 'root:x:0:0:root:/root:/bin/sh\\n' >root/etc/passwd
printf 'root:x:0:\\n' >root/etc/group
tar -C root -cf image.tar --owner=0 --group=0 .
`;

/** Imports it; gives its name. */
export async function importNodeBase(engine: EngineFace): Promise<string> {
  const busybox = staticBusybox();
  if (busybox === null) throw new Error('The image needs a static busybox. Run `apt-get install busybox-static`.');
  const directory = mkdtempSync(join(tmpdir(), 'ampoule-node-'));
  try {
    await must('sh', ['-c', RECIPE, 'sh', process.execPath, busybox], { cwd: directory });
    const path = 'ENV PATH=/usr/bin:/bin';
    await engine.docker('import', '--change', path, join(directory, 'image.tar'), NODE_BASE);
    return NODE_BASE;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Encrypts everything anew in the vault of a directory and kills itself at a failpoint: arguments are the directory and how often it is passed before. */

import { openVault } from '../../store/open.js';
import { operator, options } from './core-fixture.js';

const [directory = '', point = '', passes = '0'] = process.argv.slice(2);
let left = Number(passes);
const vault = await openVault({
  ...options(directory),
  failpoint(name) {
    if (name !== point) return;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    left -= 1;
  },
});
if (vault.reencryption.left() === 0) vault.rotate(operator, { reencrypt: true });
while (vault.reencryption.step() !== null);
console.log('finished');
vault.close();

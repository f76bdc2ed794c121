/** Connects an account, refreshes its token and kills itself at a failpoint: arguments are the directory and the point. */

import type { Tokens } from '../../store/connection-types.js';
import { openVault } from '../../store/open.js';
import { operator, options } from './core-fixture.js';

const [directory = '', point = ''] = process.argv.slice(2);
let armed = false;
const vault = await openVault({
  ...options(directory),
  failpoint(name) {
    if (armed && name === point) process.kill(process.pid, 'SIGKILL');
  },
});
const bytes = (text: string) => new TextEncoder().encode(text);
const tokens = (name: string): Tokens => ({
  ...{ access: bytes(`access-${name}`), refresh: bytes(`refresh-${name}`), granted: [] },
  ...{ expiresAt: null, refreshAt: 0 },
});
const { id } = vault.connections.begin(operator, { provider: 'github', scopes: [], flow: 'code', clientId: 'x' });
const signedIn = { login: 'octocat', account: 'octocat', variable: 'GITHUB_TOKEN', followers: [] };
vault.connections.established(id, { ...signedIn, tokens: tokens('first') });
armed = true;
vault.connections.beginRefresh(id)?.refresh.fill(0);
vault.connections.refreshed(id, tokens('second'));
console.log('finished');
vault.close();

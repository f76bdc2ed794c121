import t from 'tap';
import { openBrowser } from '../../../daemon/cli/browser.js';

t.test('only addresses of the web are opened, and where nothing opens them it says so', async (t) => {
  for (const url of ['file:///etc/passwd', '', '--help', 'javascript:alert(1)'])
    t.equal(await openBrowser(url, { env: process.env, cwd: '/' }), false, url);
  t.equal(await openBrowser('http://127.0.0.1:1/', { env: { PATH: '/nonexistent' }, cwd: '/' }), false);
});

import { createHash } from 'node:crypto';
import t from 'tap';
import { connectedPage, PAGE_HEADERS, refusedPage } from '../../../daemon/http/oauth-page.js';

t.test('the style is the one that the policy allows, and nothing else may load or run', async (t) => {
  const style = /<style>(.*)<\/style>/s.exec(connectedPage('GitHub', 'GITHUB_TOKEN@octocat'))?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  t.match(PAGE_HEADERS['content-security-policy'], `style-src 'sha256-${digest}'`);
  t.notMatch(PAGE_HEADERS['content-security-policy'], /unsafe|http|script-src/);
});

t.test('whatever is said is text', async (t) => {
  for (const html of [
    connectedPage('<b>"&\'', '<script>alert(1)</script>'),
    refusedPage('<i>', '<u>', 'Run `ampoule connect <x>`, <img src=x onerror=1>.'),
  ])
    t.notMatch(html, /<(b|script|i|u|img|x)\b/);
  t.match(refusedPage('X', 'Y', 'Run `ampoule connect github`.'), '<code>ampoule connect github</code>');
});

/** What a browser shows that comes back from a provider: that an account is connected, or a code that says why not. Nothing of what the provider sent. */

import { createHash } from 'node:crypto';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32em;padding:0 1em;color:#222;background:#fff}' +
  'h1{font-size:1.4em}code{background:#eee;padding:.1em .3em}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}code{background:#333}}';

/** No script, no frame, no form, nothing from elsewhere, and no address that goes along to wherever a person goes next. */
export const PAGE_HEADERS: Record<string, string> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

/** @param secret name of the secret that the account's token is, such as GITHUB_TOKEN@octocat. */
export function connectedPage(provider: string, secret: string): string {
  return page(`${provider} is connected`, [
    `The account is connected as <code>${escaped(secret)}</code>, and its token is kept fresh.`,
    'You may close this window.',
  ]);
}

/** @param code of the table of errors; `detail` is ours. */
export function refusedPage(code: string, title: string, detail: string): string {
  const said = escaped(detail).replace(/`([^`]*)`/g, '<code>$1</code>');
  return page('The account is not connected', [`${escaped(title)} (<code>${escaped(code)}</code>).`, said]);
}

function page(title: string, paragraphs: string[]): string {
  const body = paragraphs.map((text) => `<p>${text}</p>`).join('');
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    `<style>${STYLE}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>\n`
  );
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Debian's Chromium, for tests of what people do in a browser. Makes no request but those of the page. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

export interface TestBrowser {
  /** A person of its own: cookies are not shared between two of these. */
  person(): Promise<{ page: Page; context: BrowserContext }>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'ampoule-browser-'));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Tests run as root, where it has no sandbox of its own; /dev/shm is small in containers.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run'],
    env: { ...(process.env as Record<string, string>), HOME: home },
  });
  return {
    async person() {
      const context = await browser.newContext();
      return { context, page: await context.newPage() };
    },
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

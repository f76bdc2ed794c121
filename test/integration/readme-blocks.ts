/** The blocks of the README that are commands to be run, and the shell that runs them strictly. Runs nothing itself. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Block {
  /** The heading, or what stands in bold, before it. */
  title: string;
  text: string;
}

const page = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

export const README = page('README.md');
export const HOW_TO = page('docs/how-to.md');

/** The heading, or what stands in bold, before a block, and the block. */
export function blocks(markdown: string): Block[] {
  let title = '';
  const found: Block[] = [];
  for (const match of markdown.matchAll(/^\*\*(.+?)\*\*|^(One call)|^#{2,3} (.+)$|^```bash\n([\s\S]*?)^```$/gm)) {
    if (match[4] !== undefined) found.push({ title, text: match[4] });
    else title = (match[1] ?? match[2] ?? match[3] ?? '').replace(/[.,]$/, '');
  }
  return found;
}

/** `! command` must fail, which `set -e` alone does not ask for; before a pipe, the first part must succeed all the same. */
export function strict(text: string): string {
  return text.replace(/^! (.+)$/gm, (_, command: string) => {
    const [first = '', ...rest] = command.split(' | ');
    if (rest.length === 0) return `if ${command}; then exit 97; fi`;
    return `out=$(${first}); if printf '%s\\n' "$out" | ${rest.join(' | ')}; then exit 97; fi`;
  });
}

/** A script of all blocks for `bash -c`; its output has a line `@@ N` before each block's, and `@@ end` last. */
export function scriptOf(all: readonly Block[]): string {
  const script = all.map(({ text }, at) => `echo '@@ ${at}'\n${strict(text)}\necho`).join('\n');
  return `set -euo pipefail\n${script}\necho '@@ end'`;
}

/** What each block printed. */
export function outputs(stdout: string): string[] {
  return stdout.split(/^@@ .*$/m).slice(1);
}

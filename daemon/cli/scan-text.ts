/** What a scan found, as lines for a person. Prints nothing. */

import type { FindingAnswer, ScanAnswer } from './answers.js';
import { size } from './table.js';

const UNHELD: Record<string, string> = {
  dangling: 'no ref leads there',
  unknown: 'what leads there could not be found out',
};

/** Findings by secret, where each stands below it. */
export function scanText({ findings, others, scanned, tookMs }: ScanAnswer): string {
  const { files, bytes, objects } = scanned;
  const looked = `${files} files, ${size(bytes)}, ${objects} git objects in ${(tookMs / 1000).toFixed(1)} s`;
  if (findings.length + others === 0) return `Nothing was found (${looked}).`;
  const names = [...new Set(findings.map(({ secret }) => secret))].sort();
  const lines = names.flatMap((name) => {
    const own = findings.filter(({ secret }) => secret === name);
    return [name, ...own.map((finding) => `  ${findingText(finding)}`)];
  });
  if (others > 0) lines.push(`secrets outside the bounds of your token: ${others} places`);
  return [...lines, `Looked at ${looked}.`].join('\n');
}

function findingText({ path, line, in: where, git, version, current, encoding, count }: FindingAnswer): string {
  const what = [`v${version}${current ? '' : ' (old)'}`, ...(encoding === 'raw' ? [] : [encoding])].join(', ');
  const times = count === 1 ? '' : `, ${count} times`;
  const place = where === 'name' ? `in the name ${path}` : git === null || git.path !== null ? `${path}:${line}` : path;
  return `${place} (${what}${times})${git === null ? '' : gitText(git)}`;
}

function gitText(git: NonNullable<FindingAnswer['git']>): string {
  const { commit, authoredAt, subject, commits, held, ref, object, id, repository } = git;
  const by = UNHELD[held] ?? `${held} ${ref ?? ''}`.trim();
  if (commit === null) return `: git ${object} ${id} of ${repository}, in no commit, ${by}`;
  const more = commits > 1 ? ` and ${commits - 1} more` : '';
  const where = object === 'blob' || object === 'tree' ? '' : `${object} message, `;
  return `: ${where}commit ${commit}${more} of ${authoredAt?.slice(0, 10) ?? '?'} "${subject ?? ''}", ${by}`;
}

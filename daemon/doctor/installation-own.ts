/** Judges what is the daemon's own: its files, its vault, its audit, its sandboxes. Facts in, findings out. */

import { type Finding, finding } from './causes.js';
import type { InstallationFacts, PlaceFacts } from './installation-facts.js';

export function placed(
  { uid }: InstallationFacts,
  { what, path, kind, mode, uid: owner, needed }: PlaceFacts,
): Finding[] {
  if (mode === null)
    return needed
      ? [
          finding(
            'PLACE_MISSING',
            {},
            `${capital(what)} ${path} is not there.`,
            `Restore it from a backup, or see why: \`ls -ld ${path}\`.`,
          ),
        ]
      : [];
  const most = kind === 'directory' ? 0o700 : 0o600;
  const found: Finding[] = [];
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    const said = `${capital(what)} ${path} has mode ${shown}: others than its owner may use it.`;
    found.push(finding('PLACE_OPEN', {}, said, `Close it: \`chmod ${most.toString(8).padStart(4, '0')} ${path}\`.`));
  }
  if (owner !== null && owner !== uid) {
    const said = `${capital(what)} ${path} belongs to user ${owner}, and the daemon is user ${uid}.`;
    found.push(finding('PLACE_OWNER', {}, said, `Give it to the daemon: \`chown ${uid} ${path}\`.`));
  }
  return found;
}

export function vault({ sealed, unrecorded }: InstallationFacts): Finding[] {
  const found: Finding[] = [];
  if (sealed)
    found.push(
      finding(
        'VAULT_SEALED',
        {},
        'The vault is sealed: nothing is given to sandboxes, and revoking goes on.',
        'Unseal it: `ampoule vault unseal`.',
      ),
    );
  if (unrecorded > 0) {
    const what = `${unrecorded} revocations are in effect and could not be recorded yet.`;
    found.push(finding('UNRECORDED', {}, what, 'It is tried again each second; see to the disk: `df -h`.'));
  }
  return found;
}

export function auditWords({ audit }: InstallationFacts): string {
  if (!audit.checked) return `${audit.entries} entries, not checked`;
  return audit.problem === null ? `the chain of ${audit.entries} entries holds` : 'the chain does not hold';
}

export function audit({ audit }: InstallationFacts): Finding[] {
  if (audit.problem !== null)
    return [
      finding(
        'AUDIT_BROKEN',
        {},
        `The audit was altered: ${audit.problem}.`,
        'Compare with a backup before anything else is done: `ampoule audit verify`.',
      ),
    ];
  if (audit.checked) return [];
  return [
    finding(
      'AUDIT_UNCHECKED',
      {},
      `The audit has ${audit.entries} entries, too many to check here.`,
      'Check it by itself: `ampoule audit verify`.',
    ),
  ];
}

export function sandboxes({ sandboxes }: InstallationFacts): Finding[] {
  return sandboxes.unwell.map(({ name, state, reason, reached, wanted }) => {
    const behind = state === 'running' && reached < wanted ? `has generation ${reached} of ${wanted}` : `is ${state}`;
    const what = `${name} ${behind}${reason === null ? '.' : `: ${reason}`}`;
    return finding(
      state === 'failed' ? 'SANDBOX_FAILED' : 'SANDBOX_STALE',
      { sandbox: name },
      what,
      `See: \`ampoule sandbox show ${name}\`.`,
    );
  });
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Judges an installation: facts in, a line for each thing that was looked at and findings out. Looks at nothing. */

import { type Finding, finding, ordered } from './causes.js';
import type { InstallationFacts } from './installation-facts.js';
import { audit, auditWords, placed, sandboxes, vault } from './installation-own.js';

/** Milliseconds that clocks may differ. */
const CLOCK = 60_000;
const MIB = 1024 * 1024;
/** New secrets are refused below this much. */
const REFUSED = 64 * MIB;
const LOW = 512 * MIB;

export interface Check {
  name: string;
  /** false: there is a finding about it. */
  ok: boolean;
  said: string;
}
export interface InstallationDiagnosis {
  checks: Check[];
  findings: Finding[];
}

export function diagnoseInstallation(facts: InstallationFacts): InstallationDiagnosis {
  const sections: [string, string, Finding[]][] = [
    ['engine', engineWords(facts), engine(facts)],
    ['delivery', `${facts.delivery.resolved} (asked for: ${facts.delivery.configured})`, delivery(facts)],
    ['rights', facts.kernel.root ? 'runs as root' : `runs as user ${facts.uid}`, rights(facts)],
    ['files', `${facts.places.length} places`, facts.places.flatMap((place) => placed(facts, place))],
    ['disk', `${Math.round(facts.freeBytes / MIB)} MiB free`, disk(facts)],
    ['clock', clockWords(facts), clock(facts)],
    ['vault', facts.sealed ? 'sealed' : 'unsealed', vault(facts)],
    ['audit', auditWords(facts), audit(facts)],
    ['sandboxes', `${facts.sandboxes.live} live`, sandboxes(facts)],
    ['listens', listenWords(facts), listens(facts)],
  ];
  return {
    checks: sections.map(([name, said, found]) => ({
      ...{ name, said },
      ok: found.every(({ severity }) => severity === 'note'),
    })),
    findings: ordered(sections.flatMap(([, , found]) => found)),
  };
}

function engineWords({ engine, dockerHost }: InstallationFacts): string {
  if (engine === null) return `Docker does not answer at ${dockerHost}`;
  const { version, apiVersion, runtime, cgroupVersion, cgroupDriver, liveRestore } = engine;
  return `Docker ${version} (API ${apiVersion}, ${runtime}), cgroup v${cgroupVersion} (${cgroupDriver}), live-restore ${liveRestore ? 'on' : 'off'}`;
}

function engine({ engine, dockerHost, kernel }: InstallationFacts): Finding[] {
  if (engine === null) {
    const what = `Docker does not answer at ${dockerHost}: sandboxes wait until it does.`;
    return [
      finding(
        'ENGINE_AWAY',
        {},
        what,
        'See whether it runs: `systemctl status docker`. Another address is set with DOCKER_HOST.',
      ),
    ];
  }
  const found: Finding[] = [];
  if (!engine.liveRestore) {
    const what = 'live-restore is off: a restart of Docker ends every container, which the daemon then starts again.';
    found.push(
      finding(
        'LIVE_RESTORE_OFF',
        {},
        what,
        'Put {"live-restore": true} into /etc/docker/daemon.json, then `systemctl reload docker`.',
      ),
    );
  }
  if (kernel.root && !kernel.freezer) {
    const what =
      'No control group that can be frozen is mounted here: a paused container cannot be ended without Docker.';
    found.push(
      finding(
        'NO_FREEZER',
        {},
        what,
        "Mount them, or give the daemon the host's: `mount -t cgroup2 none /sys/fs/cgroup`.",
      ),
    );
  }
  return found;
}

function delivery({ delivery }: InstallationFacts): Finding[] {
  if (delivery.state === 'probing')
    return [
      finding(
        'DELIVERY_UNKNOWN',
        {},
        delivery.reason ?? 'Whether delivery by memory works is being found out.',
        'Ask again in a moment: `ampoule doctor`.',
      ),
    ];
  if (delivery.resolved === 'memory' && delivery.state !== 'unavailable') return [];
  const what =
    `New sandboxes get their secrets by env, in plaintext in Docker's files. ${delivery.reason ?? ''}`.trim();
  const todo =
    delivery.configured === 'env'
      ? 'Leave AMPOULE_DELIVERY out, unless that is meant, then `systemctl restart ampouled`.'
      : 'Mend that; it is tried again by itself: `ampoule status`.';
  return [finding('DELIVERY_ENV', {}, what, todo)];
}

function rights({ kernel }: InstallationFacts): Finding[] {
  if (kernel.root) return [];
  const what =
    "The daemon is not root on the engine's machine: while Docker hangs a revocation cannot be carried out by the kernel and stays pending, timeouts in `env` sandboxes are refused, and a diagnosis sees no processes.";
  return [
    finding('NOT_ROOT', {}, what, 'Run it as root, as its systemd unit does: `systemctl enable --now ampouled`.'),
  ];
}

function disk({ freeBytes }: InstallationFacts): Finding[] {
  if (freeBytes >= LOW) return [];
  const left = Math.round(freeBytes / MIB);
  const what =
    freeBytes < REFUSED
      ? `Only ${left} MiB are free where the vault lies: new secrets are refused.`
      : `${left} MiB are free where the vault lies; below 64 MiB new secrets are refused.`;
  return [finding('DISK_LOW', {}, what, 'Free some: `docker system df` shows what Docker keeps.')];
}

function clockWords({ engine, clockJumped }: InstallationFacts): string {
  const ahead = engine?.clockAhead ?? null;
  if (Math.abs(clockJumped) > CLOCK) return `moved by ${Math.round(clockJumped / 1000)} s since the start`;
  return ahead === null ? 'cannot be compared' : `${Math.round(ahead / 1000)} s from the engine's`;
}

function clock({ engine, clockJumped }: InstallationFacts): Finding[] {
  const found: Finding[] = [];
  const todo = 'Have the time kept: `timedatectl set-ntp true`.';
  if (Math.abs(clockJumped) > CLOCK) {
    const what = `The clock was moved by ${Math.round(clockJumped / 1000)} s since the daemon started. TTLs run on a second clock, too; signatures and expiry dates go by this one.`;
    found.push(finding('CLOCK_JUMPED', {}, what, todo));
  }
  const ahead = engine?.clockAhead ?? null;
  if (ahead !== null && Math.abs(ahead) > CLOCK) {
    const what = `The engine's clock is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'} ours.`;
    found.push(finding('CLOCK_OFF', {}, what, todo));
  }
  return found;
}

function listenWords({ listen, socket }: InstallationFacts): string {
  return listen === null ? socket : `${socket} and ${listen.host}:${listen.port}`;
}

function listens({ listen }: InstallationFacts): Finding[] {
  if (listen === null || listen.host === 'localhost' || listen.host === '::1' || listen.host.startsWith('127.'))
    return [];
  const what = `The daemon listens on ${listen.host}:${listen.port} without TLS: whoever is on the way reads tokens and values.`;
  return [
    finding(
      'LISTENS_WIDE',
      {},
      what,
      'Put a proxy with TLS before it, or set AMPOULE_LISTEN=127.0.0.1:7433 and `systemctl restart ampouled`.',
    ),
  ];
}

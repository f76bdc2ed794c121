/** Why a process that runs has another value than a new one would: older, changed, started past the bridge. Facts in, findings out. */

import { type Finding, finding } from './causes.js';
import type { Facts, ProcessFacts, SandboxFacts, VariableFacts } from './facts.js';

/** Milliseconds that start times may be off. */
const SLACK = 20;

export function processFindings(facts: Facts, sandbox: SandboxFacts, found: VariableFacts): Finding[] {
  if (found.secret === null) return [];
  // What a process started has what that one had, and is said with it.
  const first = found.processes.filter(({ place }) => place !== 'inner').map(({ has }) => JSON.stringify(has));
  return found.processes
    .filter(({ place, has }) => place !== 'inner' || !first.includes(JSON.stringify(has)))
    .flatMap((process) => one(facts, sandbox, found, process));
}

function one(facts: Facts, sandbox: SandboxFacts, found: VariableFacts, process: ProcessFacts): Finding[] {
  const { variable, secret, version } = found;
  const { has, place } = process;
  if (has.kind === 'right' || has.kind === 'unknown') return [];
  const about = { variable, secret, sandbox: sandbox.name };
  const who = `${process.program} (pid ${process.pid}) in ${sandbox.name}`;
  const again = restart(sandbox, process);
  if (has.kind === 'old') {
    const what = `${who} keeps version ${has.version} of ${secret}; the current one is ${version}.`;
    return [finding('HOLDER_KEEPS_OLD', about, what, again)];
  }
  if (has.kind === 'other') {
    if (place === 'command' || place === 'entered') {
      const what = `${who} was given another ${variable} by whoever started it, which goes before the secret.`;
      return [
        finding(
          'SHADOWED_BY_EXEC',
          about,
          what,
          `Start it without that variable: \`ampoule exec -b ${sandbox.name} -- CMD\`.`,
        ),
      ];
    }
    const what = `${who} was started with another ${variable} than ${secret}: the program before it, or a file that a shell reads, sets it.`;
    return [
      finding(
        'CHANGED_BY_PROCESS',
        about,
        what,
        `Look for where it is set: \`ampoule exec -b ${sandbox.name} -- grep -rIl ${variable} /etc /root /home /workspace\`.`,
      ),
    ];
  }
  // Our own commands and main processes are given everything that is active when they start.
  const ours = sandbox.delivery === 'memory' && (place === 'main' || place === 'command');
  if (ours || process.startedAt + SLACK < givenAt(facts, found)) {
    const what = `${who} is older than the value: it was started before ${secret} was active, and a process keeps what it was started with.`;
    return [finding('PROCESS_BEFORE_VALUE', about, what, again)];
  }
  if (place === 'entered' && sandbox.delivery === 'memory') {
    const what = `${who} was started from outside by an absolute path, past the bridge, and has no secrets.`;
    return [
      finding(
        'PAST_THE_BRIDGE',
        about,
        what,
        `Start it by its name, or through the bridge: \`docker exec ampoule-${sandbox.name} /.ampoule/run CMD\`.`,
      ),
    ];
  }
  const what = `${who} was started without ${variable}: the program before it takes it out of the environment.`;
  return [
    finding(
      'CHANGED_BY_PROCESS',
      about,
      what,
      `Compare with a command that is started directly: \`ampoule exec -b ${sandbox.name} -- env\`.`,
    ),
  ];
}

/** When the value came to be where it is now. */
function givenAt({ claims }: Facts, { secret }: VariableFacts): number {
  const claim = claims.find(({ name }) => name === secret);
  return claim?.activation?.at ?? 0;
}

function restart(sandbox: SandboxFacts, { exec, place }: ProcessFacts): string {
  if (exec !== null) return `End it and start it again: \`ampoule execs end ${exec}\`.`;
  if (place === 'main')
    return `Start the sandbox's main process again: \`ampoule sandbox reset ${sandbox.name} --confirm ${sandbox.name}\`; it says what to activate again. One made with --on-change restart does it by itself.`;
  return `End that process and start it again: \`ampoule exec -b ${sandbox.name} -- ps\` lists what runs.`;
}

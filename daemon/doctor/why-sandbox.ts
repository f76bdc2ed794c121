/** Why a sandbox does not have what it should: it is behind, something else stands in its place, a process is older. Facts in, findings out. */

import { type Finding, finding } from './causes.js';
import type { Facts, SandboxFacts, VariableFacts } from './facts.js';
import { processFindings } from './why-process.js';

export function whySandbox(facts: Facts): Finding[] {
  if (facts.session.state === 'ended') return [];
  return facts.sandboxes.flatMap((sandbox) => [
    ...condition(sandbox),
    ...sandbox.variables.flatMap((variable) => [
      ...fresh(facts, sandbox, variable),
      ...file(facts, sandbox, variable),
      ...processFindings(facts, sandbox, variable),
    ]),
    ...unseen(facts, sandbox),
  ]);
}

function condition({ name, state, reason, reached, wanted }: SandboxFacts): Finding[] {
  const about = { sandbox: name };
  const why = reason === null ? '' : ` ${reason}`;
  const show = `\`ampoule sandbox show ${name}\``;
  if (state === 'failed')
    return [finding('SANDBOX_FAILED', about, `${name} could not be started.${why}`, `See: ${show}.`)];
  if (state !== 'running') {
    const todo =
      state === 'exited'
        ? `Make its container anew: \`ampoule sandbox reset ${name} --confirm ${name}\`. It says what to activate again.`
        : `It is on its way: ${show}.`;
    return [finding('SANDBOX_NOT_RUNNING', about, `${name} is ${state}.${why}`, todo)];
  }
  if (reached >= wanted) return [];
  const what = `${name} has the values of generation ${reached}, and its session is at ${wanted}.${why}`;
  return [finding('SANDBOX_STALE', about, what, `It is tried again by itself; see what keeps it: ${show}.`)];
}

/** What a command gets that is started now. */
function fresh(facts: Facts, sandbox: SandboxFacts, found: VariableFacts): Finding[] {
  const { variable, secret, fresh, inImage, inOwn, file } = found;
  const about = { variable, secret, sandbox: sandbox.name };
  const { session } = facts;
  if (secret === null)
    return fresh.kind === 'absent' || fresh.kind === 'unknown' ? [] : [foreign(facts, sandbox, found)];
  if (fresh.kind === 'absent') {
    const what = `${secret} should be ${variable} in ${sandbox.name}, and a new command does not have it.`;
    return [
      finding(
        'NOT_DELIVERED',
        about,
        what,
        `Make its container anew: \`ampoule sandbox reset ${sandbox.name} --confirm ${sandbox.name}\`. It says what to activate again.`,
      ),
    ];
  }
  if (fresh.kind === 'old') {
    const what = `A new command in ${sandbox.name} has version ${fresh.version} of ${secret}, and the current one is ${found.version}.`;
    return [finding('SANDBOX_STALE', about, what, `See what keeps it: \`ampoule sandbox show ${sandbox.name}\`.`)];
  }
  // The path of a file is what it is; its content is looked at by itself.
  if (fresh.kind !== 'other' || file !== null) return [];
  const whose = inOwn
    ? "the sandbox's own env has it"
    : inImage === true
      ? 'the image has it'
      : 'something in the sandbox sets it';
  const what = `A new command in ${sandbox.name} has another ${variable} than ${secret} in the vault: ${whose}.`;
  return [
    finding(
      'SHADOWED_IN_SANDBOX',
      about,
      what,
      `Compare with what is active: \`ampoule secrets --session ${session.name}\`.`,
    ),
  ];
}

/** The variable is there, and no active secret gave it. */
function foreign(
  { session, claims }: Facts,
  sandbox: SandboxFacts,
  { variable, inOwn, inImage }: VariableFacts,
): Finding {
  const about = { variable, sandbox: sandbox.name };
  const name = claims.find((claim) => claim.env === variable || claim.variable === variable)?.name ?? variable;
  if (!inOwn && inImage !== true) {
    const what = `${variable} is set in ${sandbox.name}, and not by the vault: something in the sandbox sets it.`;
    return finding(
      'SHADOWED_IN_SANDBOX',
      about,
      what,
      `Give it the secret instead: \`ampoule activate ${name} --session ${session.name}\`.`,
    );
  }
  const [code, whose] = inOwn
    ? (['SHADOWED_BY_SANDBOX', "the sandbox's own env"] as const)
    : (['SHADOWED_BY_IMAGE', `its image`] as const);
  const what = `${variable} in ${sandbox.name} comes from ${whose}, not from the vault.`;
  return finding(
    code,
    about,
    what,
    `An active secret goes before it: \`ampoule activate ${name} --session ${session.name}\`.`,
  );
}

function file({ claims }: Facts, sandbox: SandboxFacts, { variable, secret, file }: VariableFacts): Finding[] {
  if (secret === null || file === null || file === 'right' || file === 'unknown') return [];
  const about = { variable, secret, sandbox: sandbox.name };
  const own = claims.find(({ name }) => name === secret)?.path ?? null;
  const again = `\`ampoule sandbox reset ${sandbox.name} --confirm ${sandbox.name}\``;
  if (file === 'missing')
    return [
      finding(
        'FILE_MISSING',
        about,
        `${variable} in ${sandbox.name} names a file that is not there.`,
        `If something removed it, make the container anew: ${again}. It says what to activate again.`,
      ),
    ];
  if (file === 'unreadable') {
    const what = `The file that ${variable} names in ${sandbox.name} cannot be read by its user: it belongs to the user that the sandbox was made for, mode 0400.`;
    return [
      finding(
        'FILE_UNREADABLE',
        about,
        what,
        `Make the sandbox for the user that reads it: \`ampoule sandbox run --user USER\`.`,
      ),
    ];
  }
  const where = own === null ? '' : ` It was registered for ${own}.`;
  const what = `The file that ${variable} names in ${sandbox.name} holds something else than ${secret}: the variable was changed, or the file was.${where}`;
  return [finding('FILE_DIFFERS', about, what, `Make the container anew: ${again}. It says what to activate again.`)];
}

function unseen({ variable, sealed }: Facts, sandbox: SandboxFacts): Finding[] {
  if (sandbox.state !== 'running' || sealed || sandbox.variables.length === 0) return [];
  const about = { variable, sandbox: sandbox.name };
  const found: Finding[] = [];
  if (sandbox.untried !== null)
    found.push(
      finding(
        'NOT_LOOKED',
        about,
        `No command could be tried in ${sandbox.name}: ${sandbox.untried}.`,
        `Try one: \`ampoule exec -b ${sandbox.name} -- env\`.`,
      ),
    );
  if (!sandbox.sawProcesses) {
    const what = `What the processes of ${sandbox.name} were started with cannot be seen from here: that takes a daemon that is root on the engine's machine.`;
    found.push(finding('NOT_LOOKED', about, what, `Look at who was given what: \`ampoule exposure ${sandbox.name}\`.`));
  }
  return found;
}

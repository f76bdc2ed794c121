/** `npm run quickstart`: sets everything up, does the main job with real containers, and says how to go on. */

import { fileURLToPath } from 'node:url';
import { findDaemon, type RunningDaemon, startLine } from './ampouled.js';
import { must } from './command.js';
import { BOX, container, demonstrate, ENV_BOX, SECRET, SESSIONS } from './demo.js';
import { type FoundEngine, findEngine } from './engine.js';
import { importBusybox, staticBusybox } from './image.js';
import { makeRoot, note, type Places, placesFor } from './places.js';
import { buildProgram } from './program.js';
import { type Steps, stepper } from './steps.js';
import { uninstall } from './uninstall.js';

const CLI = fileURLToPath(new URL('../../dist/ampoule.js', import.meta.url));
/** Where nothing can be made here, a registry has to answer. */
const REGISTRY_IMAGE = 'busybox:stable';

const HELP = `npm run quickstart                  set up, and show the main job with real containers
npm run quickstart -- --uninstall   take all of it away again

What it makes lies in one directory: AMPOULE_QUICKSTART_DIR, or ~/.ampoule-quickstart.
It uses the Docker engine that DOCKER_HOST names or that runs here, or starts one of its own.
AMPOULE_NO_INSTALL=1 forbids it to install Debian packages.`;

async function quickstart(places: Places, steps: Steps): Promise<void> {
  makeRoot(places);
  await steps.step('the program', buildProgram);
  const engine = await steps.obtain('a Docker engine', () => findEngine(places, process.env.DOCKER_HOST));
  const { image } = await steps.obtain('an image', () => anImage(places, engine));
  const daemon = await steps.obtain('the daemon', () => findDaemon(places, engine, image));
  await demonstrate({ api: daemon.api, dockerHost: engine.dockerHost, image }, steps);
  console.log(farewell(places, engine, daemon));
}

async function anImage(places: Places, { dockerHost, ours }: FoundEngine): Promise<{ image: string; told: string }> {
  if (staticBusybox() === null) {
    await must('docker', ['pull', '-q', REGISTRY_IMAGE], { DOCKER_HOST: dockerHost });
    return { image: REGISTRY_IMAGE, told: `${REGISTRY_IMAGE}, from the registry` };
  }
  const { image, made } = await importBusybox({ dockerHost });
  if (made && !ours) note(places, { imported: { image, dockerHost } });
  return { image, told: `${image}, ${made ? "made of Debian's busybox-static" : 'was there'}` };
}

/** What a person needs to go on by hand. */
function farewell(places: Places, engine: FoundEngine, daemon: RunningDaemon): string {
  const [session] = SESSIONS;
  const curl = (method: string, path: string): string =>
    `  curl -sS -w '\\n'${method === 'GET' ? '' : ` -X ${method}`} -H "Authorization: Bearer $AMPOULE_TOKEN" "$AMPOULE_ADDR${path}"`;
  return `
All as expected. The daemon keeps running (pid ${daemon.pid}); sessions and sandboxes are there to try.

  vault  ${places.daemon.data}
  key    ${places.daemon.key}   (lose the key, lose the vault)
  token  ${places.daemon.token}   (an operator's: it may do everything)
  log    ${places.daemon.log}

Copy these lines to go on:

  export AMPOULE_ADDR=${daemon.address}
  export AMPOULE_TOKEN="$(cat '${places.daemon.token}')"
  export DOCKER_HOST=${engine.dockerHost}
  alias ampoule='${CLI}'

${curl('PUT', `/v1/sessions/${session}/secrets/${SECRET}`)}
  docker exec ${container(BOX)} env
  docker inspect ${container(BOX)} ${container(ENV_BOX)} | grep ${SECRET}
${curl('GET', `/v1/sessions/${session}/secrets`)}
${curl('DELETE', `/v1/sessions/${session}/secrets/${SECRET}`)}
  ampoule status

What has ended since (the daemon, after a reboot the engine) is started again by: npm run quickstart
The daemon alone, in the foreground and as it was:

  ${startLine(places)}

Take all of it away again: npm run quickstart -- --uninstall
`;
}

async function main(args: string[]): Promise<void> {
  const places = placesFor(process.env);
  const steps = stepper(
    (line) => console.log(line),
    () => performance.now(),
  );
  const [option, ...rest] = args;
  if (option === '--help' || option === '-h') console.log(HELP);
  else if (option === '--uninstall' && rest.length === 0) await uninstall(places, steps);
  else if (option === undefined) await quickstart(places, steps);
  else throw new Error(`"${args.join(' ')}" is no option. Run \`npm run quickstart -- --help\`.`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`quickstart: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bundled } from './process-fixture.js';

const programs = await bundled(t);
const withFailpoints = await bundled(t, { test: true });
const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

t.test('four files, two of them programs, and the facts of providers', async (t) => {
  t.same(readdirSync(programs).sort(), [
    'ampoule.js',
    'ampouled.js',
    'argon2-worker.js',
    'oauth-facts',
    'providers',
    'scan-worker.js',
  ]);
  for (const name of ['ampoule.js', 'ampouled.js']) {
    t.match(read(programs, name), /^#!\/usr\/bin\/env node\n/);
    t.equal(statSync(join(programs, name)).mode & 0o111, 0o111);
    t.match(execFileSync(join(programs, name), ['--version'], { encoding: 'utf8' }), /\d+\.\d+\.\d+/);
  }
});

t.test('a production bundle has neither failpoints nor switches for tests', async (t) => {
  for (const word of ['AMPOULE_FAILPOINTS', 'AMPOULE_SYNCHRONOUS', 'SIGKILL@', 'is no failpoint']) {
    t.notOk(read(programs, 'ampouled.js').includes(word), word);
  }
  t.ok(read(withFailpoints, 'ampouled.js').includes('AMPOULE_FAILPOINTS'), 'the search finds them in a test build');
  t.ok(read(withFailpoints, 'ampouled.js').includes('is no failpoint'));
});

t.test('what is not used is not shipped, and licences are', async (t) => {
  const daemon = read(programs, 'ampouled.js');
  t.notOk(/node_modules\/(ssh2|@grpc|protobufjs)\//.test(daemon));
  t.ok(/node_modules\/dockerode\//.test(daemon), 'the search finds what is bundled');
  t.match(daemon, /@license|Copyright|MIT/);
  t.notOk(read(programs, 'ampoule.js').includes('node_modules/libsodium-wrappers/'), 'the CLI holds no crypto');
  t.notOk(read(programs, 'ampoule.js').includes('node_modules/dockerode/'));
});

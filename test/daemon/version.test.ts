import { readFileSync } from 'node:fs';
import t from 'tap';
import { version } from '../../daemon/version.js';

t.equal(version, JSON.parse(readFileSync('package.json', 'utf8')).version);

import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { EnginePlace } from './engine.js';
import { patternsOf } from './forms.js';
import { placesOf, sweepPlaces } from './sweep-places.js';

const CANARY = `canary-places-${process.pid}-${Date.now()}`;
const patterns = patternsOf('CANARY', CANARY);

t.test('reads some places as a whole, and of others what is young', async (t) => {
  const dir = t.testdir({ whole: { below: {} }, shared: { below: {} } });
  const places = [
    { path: join(dir, 'whole'), since: null },
    { path: join(dir, 'shared'), since: Date.now() },
    { path: join(dir, 'absent'), since: 0 },
  ];
  t.same(sweepPlaces(places, patterns), []);
  const files = ['whole/below/a', 'shared/below/b'].map((name) => join(dir, name));
  for (const file of files) {
    writeFileSync(file, CANARY);
    // What a program says of a file's age is not believed.
    utimesSync(file, 1, 1);
  }
  const found = files.map((file) => `file ${file}`);
  t.same(
    sweepPlaces(places, patterns).map(({ where }) => where),
    found,
  );
  const [whole] = places;
  t.equal(sweepPlaces([whole ?? [], { path: dir, since: 0 }].flat(), patterns).length, 2, 'each file once');
  t.same(sweepPlaces([{ path: dir, since: Date.now() + 60_000 }], patterns), [], 'what is older is passed over');
});

t.test("an engine's places, its log among them", async (t) => {
  const directory = t.testdir({ engine: { log: `level=debug msg="${CANARY}"`, data: {} }, daemon: { log: CANARY } });
  const place = { directory: join(directory, 'engine'), guard: process.pid } as EnginePlace;
  const places = placesOf(place, join(directory, 'daemon'), Date.now());
  const own = places.filter(({ since }) => since === null);
  t.equal(sweepPlaces(own, patterns).length, 2);
  t.ok(['/tmp', '/run'].every((path) => places.some((one) => one.path === path && one.since !== null)));
});

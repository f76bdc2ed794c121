import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeRoot, note, placesFor, readRecord } from '../../../daemon/quickstart/places.js';

t.test('all lies in one directory, and the key not beside the data', async (t) => {
  const places = placesFor({}, '/home/x');
  t.equal(places.root, '/home/x/.ampoule-quickstart');
  const all = [places.record, places.packages, ...Object.values(places.engine), ...Object.values(places.daemon)];
  t.same(
    all.filter((path) => !path.startsWith(`${places.root}/`)),
    [],
  );
  t.notOk(places.daemon.key.startsWith(places.daemon.data));
  t.equal(placesFor({ AMPOULE_QUICKSTART_DIR: '/srv/q' }, '/home/x').root, '/srv/q');
  t.equal(placesFor({ AMPOULE_QUICKSTART_DIR: '' }, '/home/x').root, '/home/x/.ampoule-quickstart');
});

t.test('the directory is nobody else’s, and its path short enough for sockets', async (t) => {
  const directory = mkdtempSync('/tmp/aq-');
  t.teardown(() => rmSync(directory, { recursive: true }));
  const places = placesFor({ AMPOULE_QUICKSTART_DIR: join(directory, 'q') });
  makeRoot(places);
  makeRoot(places);
  t.equal(statSync(places.root).mode & 0o777, 0o700);
  t.throws(() => makeRoot(placesFor({ AMPOULE_QUICKSTART_DIR: `/tmp/${'x'.repeat(90)}` })), /AMPOULE_QUICKSTART_DIR/);
});

t.test('the record grows by what is noted', async (t) => {
  const places = placesFor({ AMPOULE_QUICKSTART_DIR: t.testdir({}) });
  t.same(readRecord(places), {});
  const process = { pid: 1, start: '2', boot: 'b' };
  note(places, { engine: { process, before: null } });
  note(places, { imported: { image: 'i', dockerHost: 'unix:///s' } });
  t.same(readRecord(places), {
    engine: { process, before: null },
    imported: { image: 'i', dockerHost: 'unix:///s' },
  });
  t.equal(statSync(places.record).mode & 0o777, 0o600);
});

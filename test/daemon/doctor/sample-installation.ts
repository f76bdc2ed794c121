/** Facts of an installation in which all is well; a test changes what it is about. */

import type { InstallationFacts, PlaceFacts } from '../../../daemon/doctor/installation-facts.js';

export const KEY: PlaceFacts = {
  ...{ what: 'the key file', path: '/etc/ampoule/vault.key', kind: 'file', mode: 0o600, uid: 0, needed: true },
};

export function installation(more: Partial<InstallationFacts> = {}): InstallationFacts {
  return {
    ...{ version: '0.1.0', uid: 0, dockerHost: 'unix:///var/run/docker.sock' },
    engine: {
      ...{ version: '20.10', apiVersion: '1.41', runtime: 'runc 1.1', liveRestore: true, cgroupVersion: '2' },
      ...{ cgroupDriver: 'systemd', clockAhead: 0 },
    },
    kernel: { root: true, freezer: true },
    delivery: { configured: 'auto', resolved: 'memory', state: 'works' },
    places: [KEY],
    ...{ freeBytes: 10 * 1024 ** 3, clockJumped: 0, sealed: false, unrecorded: 0 },
    audit: { entries: 7, checked: true, problem: null },
    sandboxes: { live: 1, unwell: [] },
    listen: { host: '127.0.0.1', port: 7433 },
    socket: '/run/s',
    ...more,
  };
}

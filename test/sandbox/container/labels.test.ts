/** Labels and names. */

import t from 'tap';
import {
  containerName,
  type Identity,
  identityFrom,
  labelsOf,
  nextName,
  ownsVolume,
  sandboxFilter,
  sandboxOf,
  vaultFilter,
  volumeLabels,
} from '../../../sandbox/container/labels.js';

const identity: Identity = {
  vault: 'vlt_1',
  sandbox: 'sbx_1',
  session: 'ses_1',
  nonce: 'n',
  mac: 'm',
  epoch: 2,
  generation: 7,
  delivery: 'env',
};

t.test('labels are read back as they were written', async (t) => {
  const labels = labelsOf(identity, { team: 'a' }, {});
  t.same(identityFrom(labels), identity);
  t.equal(labels.team, 'a');
  t.equal(sandboxOf(labels), 'sbx_1');
  t.equal(sandboxOf({}), null);
});

t.test('neither an image nor a caller can say who a container is', async (t) => {
  const image = { 'dev.ampoule.sandbox': 'sbx_forged', 'dev.ampoule.extra': 'x', maintainer: 'y' };
  const labels = labelsOf(identity, { 'dev.ampoule.vault': 'vlt_forged', 'dev.ampoule.more': 'z' }, image);
  t.same(identityFrom(labels), identity);
  t.equal(labels['dev.ampoule.extra'], '', 'overwritten, since Docker would inherit it');
  t.notOk('dev.ampoule.more' in labels);
  t.notOk('maintainer' in labels, 'what is no key of ours is inherited as it is');
});

t.test('incomplete labels are nobody', async (t) => {
  const whole = labelsOf(identity, {}, {});
  for (const key of ['vault', 'sandbox', 'nonce', 'mac', 'epoch', 'generation', 'delivery'])
    t.equal(identityFrom({ ...whole, [`dev.ampoule.${key}`]: '' }), null, key);
  t.equal(identityFrom({ ...whole, 'dev.ampoule.epoch': '1e3' }), null);
  t.equal(identityFrom({ ...whole, 'dev.ampoule.delivery': 'other' }), null);
});

t.test('volumes belong to a session or to a token', async (t) => {
  const spec = { vault: 'vlt_1', session: 'ses_1', owner: 'tok_1' };
  const labels = volumeLabels(spec, null);
  t.ok(ownsVolume(spec, labels));
  t.ok(ownsVolume({ ...spec, owner: 'tok_2' }, labels), 'of the same session');
  t.ok(ownsVolume({ ...spec, session: 'ses_2' }, labels), 'of the same token');
  t.notOk(ownsVolume({ ...spec, session: 'ses_2', owner: 'tok_2' }, labels));
  t.notOk(ownsVolume({ ...spec, vault: 'vlt_2' }, labels));
  t.notOk(ownsVolume(spec, {}));
  const daemons = volumeLabels({ ...spec, owner: null }, 'sbx_1');
  t.equal(daemons['dev.ampoule.sandbox'], 'sbx_1');
  t.notOk(ownsVolume({ ...spec, session: 'ses_2', owner: null }, daemons));
});

t.test('names and filters', async (t) => {
  t.equal(containerName({ name: 'box' }), 'ampoule-box');
  t.equal(nextName({ name: 'box' }, 7), 'ampoule-box-g7');
  t.same(sandboxFilter('v', 's'), [vaultFilter('v'), 'dev.ampoule.sandbox=s']);
});

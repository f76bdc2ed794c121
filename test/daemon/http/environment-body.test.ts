import t from 'tap';
import { environmentBody } from '../../../daemon/http/environment-body.js';
import { EnvironmentAnswer } from '../../../daemon/http/schemas/environment.js';
import type { LocalValue } from '../../../store/index.js';
import { wrongIn } from './schemas/fits.js';

const value = (env: string, bytes: Uint8Array, more: Partial<LocalValue> = {}): LocalValue => ({
  ...{ env, secret: 'sec_1', name: env, version: 3, as: 'env', path: null, sensitive: true, value: bytes },
  ...more,
});

t.test('variables as text or bytes, files by their variable, as the schema says', async (t) => {
  const body = JSON.parse(
    Buffer.from(
      environmentBody({ id: 'loc_1', session: 'dev', notices: ['n'] }, [
        value('KEY', Buffer.from('line\n"two"')),
        value('RAW', Uint8Array.of(0xff, 0)),
        value('CREDENTIALS', Buffer.from('{}'), { as: 'file', name: 'GCP@work' }),
        value('PASSFILE', Buffer.from('x'), { as: 'file', path: '/home/dev/.pgpass' }),
      ]),
    ).toString(),
  );
  t.same(wrongIn(EnvironmentAnswer, body), []);
  t.match(body, {
    ...{ id: 'loc_1', session: 'dev', notices: ['n'] },
    variables: { KEY: 'line\n"two"', RAW: { base64: '/wA=' } },
    files: { CREDENTIALS: { name: 'CREDENTIALS', content: '{}' }, PASSFILE: { name: '.pgpass', content: 'x' } },
  });
  t.match(body.secrets[2], { variable: 'CREDENTIALS', secret: 'GCP@work', version: 3 });
  t.equal(body.secrets.length, 4);
});

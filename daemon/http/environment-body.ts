/** The answer that hands out values, as bytes: they become no string, so that the one copy can be wiped. */

import { posix } from 'node:path';
import type { LocalValue } from '../../store/index.js';
import { jsonOf, objectOf } from '../json-bytes.js';

/** JSON of an `EnvironmentAnswer`. The caller wipes it, and the values. */
export function environmentBody(
  about: { id: string; session: string; notices: string[] },
  values: readonly LocalValue[],
): Uint8Array {
  const secrets = values.map(({ env, name, version }) => ({ variable: env, secret: name, version }));
  const files = values.filter(({ as }) => as === 'file');
  return objectOf([
    ['id', { plain: about.id }],
    ['session', { plain: about.session }],
    ['secrets', { plain: secrets }],
    ['variables', objectOf(values.filter(({ as }) => as === 'env').map(({ env, value }) => [env, jsonOf(value)]))],
    ['files', objectOf(files.map((file) => [file.env, fileOf(file)]))],
    ['notices', { plain: about.notices }],
  ]);
}

/** Called as in a sandbox, where its path says how. */
function fileOf({ env, path, value }: LocalValue): Uint8Array {
  return objectOf([
    ['name', { plain: path === null ? env : posix.basename(path) }],
    ['content', jsonOf(value)],
  ]);
}

/** Answers for what no route has: 405 with the methods there are, or 404 with where to look. */

import { DaemonError } from '../errors.js';
import type { App } from './fastify.js';

/** @param known methods and patterns of the routes. */
export function refuseUnknown(app: App, known: readonly { method: string; url: string }[]): void {
  app.setNotFoundHandler(async (request) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = [...new Set(known.filter(({ url }) => fits(url, path)).map(({ method }) => method))].sort();
    if (methods.length > 0) {
      throw new DaemonError('METHOD_NOT_ALLOWED', `This path takes ${methods.join(', ')}. Use one of them.`, {
        headers: { allow: methods.join(', ') },
      });
    }
    throw new DaemonError('ROUTE_NOT_FOUND', 'There is no such route. GET /openapi.json lists those there are.');
  });
}

/** Whether a path has the form of a pattern such as /v1/secrets/:name. */
function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const parts = path.split('/');
  return (
    wanted.length === parts.length &&
    wanted.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part === parts[i]))
  );
}

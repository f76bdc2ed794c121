/** Routes of providers: what is known of them, and registering what one of them gave out. */

import type { Vault } from '../../../store/index.js';
import { holdersOf, revoking } from '../../change.js';
import { DaemonError } from '../../errors.js';
import type { Provider } from '../../providers/provider.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { gather } from '../register.js';
import { providerAnswer, secretAnswer } from '../represent.js';
import { type Http, settled, waitOf } from '../respond.js';
import {
  ProviderParams,
  Provider as ProviderSchema,
  RegisterBody,
  RegisteredBundle,
  RegisterQuery,
} from '../schemas/providers.js';
import { list } from '../schemas/shared.js';
import { shortNotices } from '../value-notices.js';

type Registered = ReturnType<Vault['secrets']['register']>;

export function providerRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { secrets } = parts.vault;

  const find = (id: string): Provider => {
    const provider = parts.providers.get(id);
    if (provider !== undefined) return provider;
    const known = parts.providers.list().map((one) => one.id);
    throw new DaemonError(
      'PROVIDER_NOT_FOUND',
      `No provider is called ${JSON.stringify(id)}. There are: ${known.join(', ')}.`,
    );
  };

  app.get(
    '/v1/providers',
    {
      schema: { response: { 200: list(ProviderSchema) } },
      config: { operation: { id: 'listProviders', summary: 'Kinds of service, with their variables' } },
    },
    async () => ({ items: parts.providers.list().map(providerAnswer), next: null }),
  );

  app.get(
    '/v1/providers/:provider',
    {
      schema: { params: ProviderParams, response: { 200: ProviderSchema } },
      config: { operation: { id: 'getProvider', summary: 'One kind of service' } },
    },
    async (request) => providerAnswer(find(request.params.provider)),
  );

  app.post(
    '/v1/providers/:provider/register',
    {
      bodyLimit: BODY_LIMITS.value,
      schema: {
        params: ProviderParams,
        querystring: RegisterQuery,
        body: RegisterBody,
        response: { 200: RegisteredBundle, 201: RegisteredBundle, 202: RegisteredBundle },
      },
      config: {
        operation: {
          id: 'registerBundle',
          summary: 'Register the secrets of one provider, all or none',
          idempotent: true,
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const revoke = request.query.revoke ?? false;
      const provider = find(request.params.provider);
      const gathered = gather(provider, request.body);
      const { bundle, accept } = gathered;
      const made: Pick<Registered, 'created' | 'rotated' | 'sessions'> = { created: [], rotated: [], sessions: [] };
      const register = () =>
        once(parts, request, () => {
          const done = secrets.register(caller, bundle, { accept, revoke, rotate: request.body.rotate ?? false });
          Object.assign(made, done);
          return done.secrets.map(({ id }) => id).join(',');
        });
      const holders = () => bundle.items.flatMap(({ secret }) => holdersOf(parts, idOf(secret.name)));
      try {
        const { resource } = revoke ? await revoking(parts, holders, register) : register();
        const items = resource.split(',').map((id) => secrets.get(caller, id));
        const { created, rotated, sessions } = made;
        for (const { id } of items) parts.events.emit({ kind: 'secret', id });
        const notices = [...gathered.notices(created), ...items.flatMap(({ id }) => shortNotices(parts, id))];
        const { status, body } = await settled(http, { sessions }, wait, notices);
        const code = status === 202 ? 202 : created.length > 0 ? 201 : 200;
        return reply.code(code).send({
          provider: provider.id,
          items: items.map((secret) => secretAnswer(secret)),
          created,
          rotated,
          ...body,
        });
      } finally {
        gathered.wipe();
      }
    },
  );

  const idOf = (name: string): string | null => {
    try {
      return secrets.get({ kind: 'daemon' }, name).id;
    } catch {
      return null;
    }
  };
}

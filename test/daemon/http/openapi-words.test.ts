import t from 'tap';
import { Type } from 'typebox';
import { ACCESS } from '../../../daemon/http/access.js';
import { COMPONENTS, EXAMPLES, referring } from '../../../daemon/http/openapi-words.js';
import { Change } from '../../../daemon/http/schemas/shared.js';
import { checkBody } from '../../../daemon/http/validation.js';
import { world } from './fixture.js';

interface Described {
  operationId: string;
  requestBody?: { content: { 'application/json': { example?: unknown; schema: { $ref?: string } } } };
}

t.test('what has a name is referred to, wherever it stands and however it was copied', async (t) => {
  t.same(referring(Type.Object({ a: Type.Optional(Type.Array(Change)) })), {
    type: 'object',
    properties: { a: { type: 'array', items: { $ref: '#/components/schemas/Change' } } },
  });
  t.match(referring(Change, Change), { type: 'object', properties: { generation: { type: 'integer' } } });
});

t.test('each example fits its route', async (t) => {
  const w = await world(t);
  const document = (await w.call('GET', '/openapi.json')).json;
  const bodies = new Map<string, { example?: unknown; schema: { $ref?: string } }>();
  for (const methods of Object.values(document.paths as Record<string, Record<string, Described>>)) {
    for (const operation of Object.values(methods)) {
      const body = operation.requestBody?.content['application/json'];
      if (body !== undefined) bodies.set(operation.operationId, body);
    }
  }
  for (const [id, example] of Object.entries(EXAMPLES)) {
    const body = bodies.get(id);
    t.same(body?.example, example, `${id} is in the document`);
    const named = COMPONENTS[body?.schema.$ref?.split('/').at(-1) ?? ''];
    if (named !== undefined) t.equal(checkBody(named, example), example, `${id} fits`);
  }
  t.ok(Object.keys(ACCESS).length > Object.keys(EXAMPLES).length);
});

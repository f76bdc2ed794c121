import t from 'tap';
import { withheldNotice, withNotice } from '../../../daemon/http/withheld.js';
import type { OutputPart } from '../../../sandbox/index.js';

t.test('nothing is said where everything can be shown', async (t) => {
  const vault = (lost: string[]) => ({ sandboxes: { lost: () => lost } }) as never;
  const box = { id: 'sbx_1' as const, name: 'box' };
  t.equal(withheldNotice(vault([]), box), null);
  t.match(
    withheldNotice(vault(['A', 'B']), box),
    /a value of A, B that was destroyed.*`ampoule sandbox reset box --confirm box`/,
  );
});

t.test('the notice comes first, on standard error', async (t) => {
  async function* output(): AsyncGenerator<OutputPart> {
    yield { stream: 'stdout', data: Buffer.from('out') };
  }
  const said = async (notice: string | null) => {
    const parts: string[] = [];
    for await (const { stream, data } of withNotice(notice, output())) parts.push(`${stream} ${Buffer.from(data)}`);
    return parts;
  };
  t.same(await said(null), ['stdout out']);
  t.same(await said('no'), ['stderr no', 'stdout out']);
});

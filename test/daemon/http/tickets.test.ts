import t from 'tap';
import { createTickets, GOOD_FOR } from '../../../daemon/http/tickets.js';

const body = { columns: 80, rows: 24 };
const opener = { caller: null, bearer: null };

t.test('a ticket is good once, for its sandbox, for half a minute', async (t) => {
  let now = 1_000;
  const tickets = createTickets(() => now);
  const issue = () => tickets.issue({ sandbox: 'sbx_1', opener, body });
  const { ticket, until } = issue();
  t.match(ticket, /^[A-Za-z0-9_-]{43}$/);
  t.equal(until, 1_000 + GOOD_FOR);
  t.match(
    tickets.redeem(ticket, (id) => id === 'sbx_1'),
    { sandbox: 'sbx_1', body },
  );
  const refused = { code: 'TICKET_INVALID' };
  t.throws(() => tickets.redeem(ticket, (id) => id === 'sbx_1'), refused, 'used');
  const other = issue().ticket;
  t.throws(() => tickets.redeem(other, (id) => id === 'sbx_2'), refused, 'of another sandbox');
  t.throws(() => tickets.redeem(other, (id) => id === 'sbx_1'), refused, 'and gone with that');
  const old = issue().ticket;
  now += GOOD_FOR;
  t.throws(() => tickets.redeem(old, (id) => id === 'sbx_1'), refused, 'too old');
  t.throws(() => tickets.redeem(null, (id) => id === 'sbx_1'), refused);
});

t.test('who asks without end keeps only the newest', async (t) => {
  const tickets = createTickets(() => 0);
  const issued = Array.from({ length: 1_001 }, () => tickets.issue({ sandbox: 'sbx_1', opener, body }).ticket);
  t.throws(() => tickets.redeem(issued[0] ?? '', (id) => id === 'sbx_1'), { code: 'TICKET_INVALID' });
  t.ok(tickets.redeem(issued.at(-1) ?? '', (id) => id === 'sbx_1'));
});

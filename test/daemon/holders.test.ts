import t from 'tap';
import { holderLog } from '../../daemon/holders.js';
import type { HolderEvent } from '../../store/index.js';

/** Time that passes when it is told to. */
function stoppedClock() {
  const due: (() => void)[] = [];
  return {
    now: () => 0,
    after(_ms: number, run: () => void) {
      due.push(run);
      return () => void due.splice(due.indexOf(run), 1);
    },
    pass: () => {
      for (const run of due.splice(0)) run();
    },
    due,
  };
}
const ended = (holder: string): HolderEvent => ({ event: 'ended', container: 1, holder, at: 1 });

t.test('many events are one write, in order', async (t) => {
  const clock = stoppedClock();
  const written: string[][] = [];
  const log = holderLog(
    { holders: (events) => void written.push(events.map(({ holder }) => holder)) },
    undefined,
    clock,
  );
  log.flush();
  t.same(written, [], 'nothing to write');
  log.add(ended('a'));
  log.add(ended('b'));
  t.same([written, clock.due.length], [[], 1]);
  clock.pass();
  log.add(ended('c'));
  log.flush();
  t.same(written, [['a', 'b'], ['c']]);
  t.equal(clock.due.length, 0, 'a flush leaves no timer');
});

t.test('what could not be written is tried again, with what came meanwhile', async (t) => {
  const clock = stoppedClock();
  const written: string[][] = [];
  const said: string[] = [];
  let full = true;
  const holders = (events: HolderEvent[]): void => {
    if (full) throw new Error('disk full');
    written.push(events.map(({ holder }) => holder));
  };
  const log = holderLog({ holders }, { warn: (line) => void said.push(line) }, clock);
  log.add(ended('a'));
  clock.pass();
  t.match(said, [/tried again/]);
  log.add(ended('b'));
  full = false;
  clock.pass();
  t.same(written, [['a', 'b']]);
});

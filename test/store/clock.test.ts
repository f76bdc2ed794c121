import { readFileSync } from 'node:fs';
import t from 'tap';
import { systemClock } from '../../store/clock.js';

t.test('wall clock, time since boot, and which boot', async (t) => {
  const clock = systemClock();
  const before = Date.now();
  const now = clock.now();
  t.ok(now >= before && now <= Date.now());
  const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  const low = uptime();
  const boot = clock.boot();
  t.ok(boot >= Math.floor(low) && boot <= Math.ceil(uptime()), 'milliseconds');
  t.match(clock.bootId(), /^[0-9a-f-]{36}$/);
  t.equal(clock.bootId(), systemClock().bootId());
});

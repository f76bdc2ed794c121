import t from 'tap';
import {
  DURATION_PATTERN,
  formatDuration,
  formatTime,
  parseDuration,
  parseTime,
} from '../../../daemon/http/duration.js';

t.test('durations come in as people write them', async (t) => {
  for (const [text, ms] of [
    ['0', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['20m', 1_200_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['3650d', 315_360_000_000],
  ] as const) {
    t.equal(parseDuration(text, '/ttl'), ms, text);
    t.match(text, new RegExp(DURATION_PATTERN));
  }
  for (const text of ['', '90', '1.5h', '-1s', '1w', ' 1s', '1s ', '1h30m', '٣s', 'NaN']) {
    t.throws(() => parseDuration(text, '/ttl'), { code: 'INVALID_INPUT', problems: [{ pointer: '/ttl' }] }, text);
    t.notMatch(text, new RegExp(DURATION_PATTERN));
  }
});

t.test('bounds are told in the same writing', async (t) => {
  t.throws(() => parseDuration('61s', 'wait', { max: 60_000 }), {
    message: /^wait is longer than 1m\. Give 1m or less/,
  });
  t.throws(() => parseDuration('0', '/ttl', { min: 1000 }), { message: /^\/ttl is shorter than 1s\. Give 1s or more/ });
  t.throws(() => parseDuration('99999999d', '/ttl'), { message: /^\/ttl is longer than 3650d/ });
  t.throws(() => parseDuration('soon', '/lease'), { message: /^\/lease is no duration/ });
});

t.test('and go out so that they come in again', async (t) => {
  for (const text of ['0', '1ms', '90s', '20m', '24h', '36h', '2d', '7d', '1500ms']) {
    t.equal(formatDuration(parseDuration(text, '')), text);
  }
});

t.test('times are RFC 3339', async (t) => {
  t.equal(formatTime(0), '1970-01-01T00:00:00.000Z');
  t.equal(parseTime('2030-01-31T12:00:00+01:00', '/expiresAt'), Date.UTC(2030, 0, 31, 11));
  t.throws(() => parseTime('2030-12-31T23:59:60Z', '/expiresAt'), { code: 'INVALID_INPUT' });
});

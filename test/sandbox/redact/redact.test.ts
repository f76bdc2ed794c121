/** Values never pass a redactor: split anywhere, overlapping or encoded; everything else passes byte for byte. */

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { makeRedactor, type RedactorFactory } from '../../../sandbox/redact/redact.js';

/** How many random cases; `AMPOULE_REDACT_RUNS=20000` for the long run. */
const RUNS = Number(process.env.AMPOULE_REDACT_RUNS ?? 1000);

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function redacted(factory: RedactorFactory, text: Uint8Array, cuts: number[] = []): Buffer {
  const stream = factory.stream();
  const out: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, text.length].map((at) => Math.min(at, text.length)).sort((a, b) => a - b)) {
    out.push(stream.push(text.slice(from, cut)));
    from = cut;
  }
  out.push(stream.end());
  return Buffer.concat(out);
}

function one(value: string, text: string): string {
  return redacted(makeRedactor([{ name: 'KEY', value: bytes(value) }]), bytes(text)).toString('utf8');
}

t.test('replaces a value by its name', async (t) => {
  t.equal(one('s3cr3t-value', 'a s3cr3t-value b'), 'a [redacted:KEY] b');
  t.equal(one('s3cr3t-value', 's3cr3t-value'), '[redacted:KEY]');
  t.equal(one('s3cr3t-value', 's3cr3t-valu s3cr3t-value'), 's3cr3t-valu [redacted:KEY]');
  t.equal(one('s3cr3t-value\n', 'a s3cr3t-value\nb'), 'a [redacted:KEY]\nb', 'newlines at its end are not part of it');
});

t.test('learns while streams run, and looks again at what they hold back', async (t) => {
  const factory = makeRedactor([{ name: 'ONE', value: bytes('first-value') }]);
  const stream = factory.stream();
  const out = [stream.push(bytes('a second-value first-va'))];
  factory.learn([{ name: 'TWO', value: bytes('first-vault') }]);
  factory.learn([{ name: 'THREE', value: bytes('second-value') }]);
  out.push(stream.push(bytes('ult first-value second-value')), stream.end());
  t.equal(Buffer.concat(out).toString(), 'a second-value [redacted:TWO] [redacted:ONE] [redacted:THREE]');
  factory.wipe();
  t.throws(() => factory.stream().push(bytes('x')));
});

t.test('replaces each encoded form', async (t) => {
  const value = 'pä"ss\\w/örd <&> \n\u0001 +x=';
  const raw = Buffer.from(value);
  const base64 = (before: string, after: string) => Buffer.concat([Buffer.from(before), raw, Buffer.from(after)]);
  const upper = encodeURIComponent(value);
  const lower = upper.replace(/%../g, (code) => code.toLowerCase());
  const forms: Record<string, string> = {
    raw: value,
    base64: raw.toString('base64'),
    base64url: raw.toString('base64url'),
    hex: raw.toString('hex'),
    'hex in capitals': raw.toString('hex').toUpperCase(),
    'URL component': upper,
    'URL component in small letters': lower,
    form: new URLSearchParams({ v: value }).toString().slice(2),
    'JSON string': JSON.stringify(value).slice(1, -1),
    'JSON as Go writes it': JSON.stringify(value)
      .slice(1, -1)
      .replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    'JSON in ASCII': JSON.stringify(value)
      .slice(1, -1)
      .replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'terminal lines': value.replace('\n', '\r\n'),
  };
  for (const [name, form] of Object.entries(forms)) t.equal(one(value, `<<${form}>>`), '<<[redacted:KEY]>>', name);
  for (const before of ['', 'x', 'xy', 'xyz'])
    for (const after of ['', 'p', 'pq', 'pqr'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = base64(before, after).toString(encoding);
        const out = one(value, text);
        t.match(out, /\[redacted:KEY\]/, `${encoding} with ${before.length} bytes before and ${after.length} after`);
        // What stays are the neighbours' own characters, the shared ones and padding.
        t.ok(out.replace('[redacted:KEY]', '').length <= 12, out);
      }
});

t.test('surrogate pairs in ASCII JSON', async (t) => {
  t.equal(one('key-😀-value', '"key-\\ud83d\\ude00-value"'), '"[redacted:KEY]"');
});

t.test('lines of a value that are one long word are replaced alone, other lines are not', async (t) => {
  const word = randomBytes(30).toString('base64');
  const value = `-----BEGIN KEY-----\n${word}\nplain words of a file\n-----END KEY-----\n`;
  t.equal(one(value, `  -----BEGIN KEY-----\n  ${word}\n`), '  -----BEGIN KEY-----\n  [redacted:KEY]\n');
  t.equal(one(value, 'plain words of a file'), 'plain words of a file');
  t.equal(one(value, value), '[redacted:KEY]\n');
});

t.test('overlapping values are both covered, the longest is named first', async (t) => {
  const factory = makeRedactor([
    { name: 'A', value: bytes('abcdefgh1234') },
    { name: 'B', value: bytes('efgh1234zzzz') },
    { name: 'C', value: bytes('abcdefgh') },
  ]);
  t.equal(redacted(factory, bytes('-abcdefgh1234zzzz-')).toString(), '-[redacted:A][redacted:B]-');
  t.equal(redacted(factory, bytes('-abcdefgh-')).toString(), '-[redacted:C]-');
  t.equal(redacted(factory, bytes('-abcdefgh12-')).toString(), '-[redacted:C]12-');
});

t.test('short values are left alone and counted', async (t) => {
  const factory = makeRedactor([
    { name: 'SHORT', value: bytes('1234567') },
    { name: 'SHORT_LINE', value: bytes('1234567\n') },
    { name: 'LONG', value: bytes('12345678') },
  ]);
  t.equal(factory.skipped, 2);
  t.equal(redacted(factory, bytes('1234567 12345678')).toString(), '1234567 [redacted:LONG]');
});

t.test('holds back only what may be the beginning of a value', async (t) => {
  const stream = makeRedactor([{ name: 'KEY', value: bytes('s3cr3t-value') }]).stream();
  t.equal(Buffer.from(stream.push(bytes('prompt> '))).toString(), 'prompt> ');
  t.equal(Buffer.from(stream.push(bytes('as3c'))).toString(), 'a');
  t.equal(Buffer.from(stream.push(bytes('X'))).toString(), 's3cX');
  t.equal(Buffer.from(stream.push(bytes('s3cr3t-valu'))).toString(), '');
  t.equal(Buffer.from(stream.push(bytes('e!'))).toString(), '[redacted:KEY]!');
  t.equal(Buffer.from(stream.push(bytes('s3cr'))).toString(), '');
  t.equal(Buffer.from(stream.end()).toString(), 's3cr');
});

t.test('a large value goes whole, in pieces and in any chunks', async (t) => {
  const value = Buffer.from(randomBytes(75_000).toString('base64'));
  const factory = makeRedactor([{ name: 'BIG', value }]);
  const text = Buffer.concat([Buffer.from('<'), value, Buffer.from('>')]);
  t.equal(redacted(factory, text).toString(), '<[redacted:BIG]>');
  const cuts = Array.from({ length: 100 }, (_, at) => at * 997 + 3);
  t.equal(redacted(factory, text, cuts).toString(), '<[redacted:BIG]>');
});

t.test('leaves the caller its value and its chunks as they were', async (t) => {
  const value = Buffer.from('s3cr3t-value and more');
  const factory = makeRedactor([{ name: 'KEY', value }]);
  const chunks = [Buffer.from('x s3cr3t-va'), Buffer.from('lue and more y s3cr')];
  const stream = factory.stream();
  const out = Buffer.concat([...chunks.map((chunk) => Buffer.from(stream.push(chunk))), stream.end()]);
  t.equal(out.toString(), 'x [redacted:KEY] y s3cr');
  t.equal(chunks.map(String).join(''), 'x s3cr3t-value and more y s3cr');
  t.equal(value.toString(), 's3cr3t-value and more');
});

t.test('after a wipe a stream refuses to go on', async (t) => {
  const factory = makeRedactor([{ name: 'KEY', value: bytes('s3cr3t-value') }]);
  const stream = factory.stream();
  stream.push(bytes('s3cr3t'));
  factory.wipe();
  t.throws(() => stream.push(bytes('-value')), /wiped/);
  t.throws(() => stream.end(), /wiped/);
});

t.test('no values: everything passes', async (t) => {
  const text = randomBytes(10_000);
  t.ok(redacted(makeRedactor([]), text, [1, 7, 5000]).equals(text));
});

// Few letters, so that values overlap themselves and each other, and near misses are common.
const tight = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8, maxLength: 14 });
// A value that begins or ends with a bracket could arise from a label and its neighbours.
const wide = fc
  .uint8Array({ minLength: 8, maxLength: 300 })
  .map((array) => Buffer.from(array).toString('latin1').replace(/[[\]]/g, '.'));
const cutting = fc.array(fc.nat(400), { maxLength: 12 });

t.test('random: no value survives any split, and the rest passes', async (t) => {
  const filler = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 20 });
  const cases = fc.record({
    values: fc.array(fc.oneof(tight, wide), { minLength: 1, maxLength: 4 }),
    text: fc.array(fc.record({ filler, pick: fc.nat(3), keep: fc.nat(20) }), { maxLength: 8 }),
    cuts: cutting,
  });
  const check = ({
    values,
    text,
    cuts,
  }: {
    values: string[];
    text: { filler: string; pick: number; keep: number }[];
    cuts: number[];
  }) => {
    const raws = values.map((value) => Buffer.from(value, 'latin1'));
    const factory = makeRedactor(raws.map((value, at) => ({ name: `N${at}`, value })));
    // Whole values and beginnings of values, between letters of the same kind.
    const whole = Buffer.concat(
      text.flatMap(({ filler, pick, keep }) => {
        const value = raws[pick % raws.length] ?? Buffer.alloc(0);
        return [Buffer.from(filler), keep < 10 ? value : value.subarray(0, keep)];
      }),
    );
    const out = redacted(factory, whole, cuts);
    for (const raw of raws) {
      let end = raw.length;
      while (end > 0 && (raw[end - 1] === 10 || raw[end - 1] === 13)) end -= 1;
      if (end >= 8 && out.includes(raw.subarray(0, end))) return false;
    }
    // How it was split never matters.
    return out.equals(redacted(factory, whole));
  };
  fc.assert(fc.property(cases, check), { numRuns: RUNS });
  t.pass();
});

t.test('random: no encoded value survives any split', async (t) => {
  const encodings: ((value: string) => string)[] = [
    (value) => Buffer.from(value).toString('base64'),
    (value) => Buffer.from(value).toString('base64url'),
    (value) => Buffer.from(value).toString('hex'),
    (value) => encodeURIComponent(value),
    (value) => JSON.stringify(value).slice(1, -1),
  ];
  const unit = fc.oneof(
    fc.constantFrom('a', '/', '"', ' ', '\u00e9', '\n', '+', '{'),
    fc.string({ unit: 'binary', minLength: 1 }),
  );
  const cases = fc.record({
    value: fc.array(unit, { minLength: 8, maxLength: 90 }).map((units) => `${units.join('')}.`),
    picks: fc.array(fc.record({ encoding: fc.nat(4), between: fc.string({ maxLength: 9 }) }), {
      minLength: 1,
      maxLength: 5,
    }),
    cuts: cutting,
  });
  fc.assert(
    fc.property(cases, ({ value, picks, cuts }) => {
      const factory = makeRedactor([{ name: 'KEY', value: bytes(value) }]);
      const text = picks.map(({ encoding, between }) => between + (encodings[encoding]?.(value) ?? '')).join('');
      const out = redacted(factory, bytes(text), cuts).toString('utf8');
      return encodings.every((encode) => !out.includes(encode(value)));
    }),
    { numRuns: RUNS },
  );
  t.pass();
});

t.test('random: what lies between values passes byte for byte', async (t) => {
  const cases = fc.record({
    value: fc.string({ unit: fc.constantFrom('A', 'B', 'C'), minLength: 8, maxLength: 200 }),
    gaps: fc.array(fc.string({ unit: fc.constantFrom('x', 'y', 'é', '\n', '%'), minLength: 1 }), {
      minLength: 1,
      maxLength: 6,
    }),
    cuts: cutting,
  });
  fc.assert(
    fc.property(cases, ({ value, gaps, cuts }) => {
      const factory = makeRedactor([{ name: 'KEY', value: bytes(value) }]);
      const out = redacted(factory, bytes(gaps.join(value)), cuts).toString('utf8');
      return out === gaps.join('[redacted:KEY]');
    }),
    { numRuns: RUNS },
  );
  t.pass();
});

t.test('random: text without a value is not touched', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), cutting, (text, cuts) => {
      const factory = makeRedactor([{ name: 'KEY', value: bytes('this value is not in there') }]);
      return redacted(factory, text, cuts).equals(text);
    }),
    { numRuns: RUNS },
  );
  t.pass();
});

t.test('where something before is lost, no rest of a value passes', async (t) => {
  const value = 'qzjxkvwpbyqmzfhgjdxkqvwzplmnbqx';
  const long = Array.from({ length: 40 }, (_, n) => `line ${n * 7919} of a key`).join('\n');
  const known = makeRedactor([
    { name: 'A', value: Buffer.from(value) },
    { name: 'LONG', value: Buffer.from(long) },
  ]);
  const whole = Buffer.from(`${`${value}#`.repeat(20)}${'-'.repeat(300)}${long}${'='.repeat(300)}`);
  const shows = (text: string) =>
    /line \d+ of/.test(text) ||
    [...value].some((_, at) => at + 6 <= value.length && text.includes(value.slice(at, at + 6)));
  const wrong: string[] = [];
  for (let from = 0; from < whole.length; from += 1) {
    const stream = known.stream();
    const before = Buffer.from(stream.push(Uint8Array.from(whole.subarray(0, 9)))).toString();
    const after = Uint8Array.from(whole.subarray(from));
    const out = Buffer.concat([stream.push(after, true), stream.end()]).toString();
    if (shows(out) || shows(before)) wrong.push(`cut at ${from}: ${out}`);
  }
  t.same(wrong, []);
  t.ok(shows(`a ${value.slice(9, 20)} b`), 'this look finds it');
  const stream = known.stream();
  const plain = [
    stream.push(Buffer.from('plain '.repeat(30)), true),
    stream.push(Buffer.from('goes on')),
    stream.end(),
  ];
  const text = Buffer.concat(plain).toString();
  t.equal(text.length, 180 - 127 + 7, 'no more is left out');
  t.match(text, /plain goes on$/);
});

/** How long something is wanted, in words: "for half an hour", "1h30m". Knows neither time of day nor what is wanted. */

const SIZES: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const UNITS: Readonly<Record<string, string>> = {
  ...{ s: 's', sec: 's', secs: 's', second: 's', seconds: 's' },
  ...{ m: 'm', min: 'm', mins: 'm', minute: 'm', minutes: 'm' },
  ...{ h: 'h', hr: 'h', hrs: 'h', hour: 'h', hours: 'h' },
  ...{ d: 'd', day: 'd', days: 'd', w: 'w', week: 'w', weeks: 'w' },
};
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  ...{ twelve: 12, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, ninety: 90 },
  ...{ 'twenty-five': 25, 'thirty-five': 35, 'forty-five': 45, eleven: 11, half: 0.5 },
};

export interface Span {
  ms: number;
  /** So many words it took. */
  length: number;
}

/** The span of time that begins with the first of these words (in lower case), or null. */
export function readSpan(words: readonly string[]): Span | null {
  let at = 0;
  let ms = 0;
  for (;;) {
    const one = readOne(words.slice(at)) ?? readPart(words.slice(at));
    if (one === null) break;
    ms += one.ms;
    at += one.length;
    const and = words[at] === 'and' ? 1 : 0;
    const half = halfMore(words.slice(at + and), one.unit);
    if (and === 1 && half !== null) {
      ms += half.ms;
      at += 1 + half.length;
      break;
    }
    const next = readOne(words.slice(at + and));
    if (next === null || SIZES[next.unit] === undefined || (SIZES[next.unit] ?? 0) >= (SIZES[one.unit] ?? 0)) break;
    at += and;
  }
  return at === 0 ? null : { ms: Math.round(ms), length: at };
}

interface One extends Span {
  unit: string;
}

/** A number and its unit, apart or together. */
function readOne(words: readonly string[]): One | null {
  const [first = '', second = '', third = ''] = words;
  const compact = /^(?:\d+(?:\.\d+)?(?:h|hrs?|m|mins?|s|secs?|d|w))+$/.test(first)
    ? [...first.matchAll(/(\d+(?:\.\d+)?)([a-z]+)/g)]
    : [];
  if (compact.length > 0) {
    const parts = compact.map(([, number = '', unit = '']) => ({ number: Number(number), unit: UNITS[unit] ?? '' }));
    const sizes = parts.map(({ unit }) => SIZES[unit] ?? 0);
    if (sizes.some((size, index) => index > 0 && size >= (sizes[index - 1] ?? 0))) return null;
    const ms = parts.reduce((sum, { number }, index) => sum + number * (sizes[index] ?? 0), 0);
    return { ms, length: 1, unit: parts.at(-1)?.unit ?? 's' };
  }
  const number = /^\d+(\.\d+)?$/.test(first) ? Number(first) : (NUMBERS[first] ?? null);
  if (number === null) return null;
  const unit = UNITS[second];
  if (unit !== undefined) return { ms: number * (SIZES[unit] ?? 0), length: 2, unit };
  const couple = first === 'a' && second === 'couple' ? (third === 'of' ? 3 : 2) : 0;
  const coupled = UNITS[words[couple] ?? ''];
  if (couple > 0 && coupled !== undefined) return { ms: 2 * (SIZES[coupled] ?? 0), length: couple + 1, unit: coupled };
  return null;
}

/** Half or quarters of an hour or day. */
function readPart(words: readonly string[]): One | null {
  const text = words.slice(0, 5).join(' ');
  const fits = /^((?:a )?half(?: of)?(?: an?)?|(?:a )?quarter of an?|three quarters of an?) (hour|day|minute)\b/.exec(
    text,
  );
  const unit = UNITS[fits?.[2] ?? ''];
  if (fits === null || unit === undefined) return null;
  const share = fits[0].includes('three') ? 0.75 : fits[0].includes('quarter') ? 0.25 : 0.5;
  return { ms: share * (SIZES[unit] ?? 0), length: fits[0].split(' ').length, unit };
}

/** "and a half", after a unit. */
function halfMore(words: readonly string[], unit: string): Span | null {
  const share = words[0] === 'a' && words[1] === 'half' ? 0.5 : words[0] === 'a' && words[1] === 'quarter' ? 0.25 : 0;
  return share === 0 || UNITS[words[2] ?? ''] !== undefined ? null : { ms: share * (SIZES[unit] ?? 0), length: 2 };
}

/** What is printed and drawn holds every line, every verdict, and what could not be measured. */

import t from 'tap';
import { parse } from './options.js';
import { asPicture } from './picture.js';
import { asPage, asText } from './report.js';
import { RESULTS } from './samples.js';

/** Tags of an SVG that are not closed, or not in order. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  for (const [, end, name = '', single] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (single === '/') continue;
    if (end === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else return [open.at(-1) ?? name];
  }
  return open;
}

t.test('for a terminal and for docs', async (t) => {
  const text = asText(RESULTS);
  t.match(text, /A command\n {2}Ampoule +3\.00 ms \(p95 4\.00\)\n {2}Docker's exec API {2}50\.0 ms/);
  t.match(text, / {2}met +goal ≥ 10 × faster than Docker's exec API: 16\.7 ×/);
  t.match(text, /NOT MET +goal ≤ 250 MB: 300 MB/);
  t.match(text, /start: NOT MEASURED: no engine/);
  const page = asPage(RESULTS);
  t.match(page, /\| A command \| 3\.00 ms \(p95 4\.00\) \| Docker's exec API: 50\.0 ms \(p95 60\.0\) \| 0\.060 × \|/);
  t.match(page, /300 MB, \*\*NOT MET\*\*/);
  t.match(page, /\*\*start\*\* could not be measured/);
  t.match(page, /2025-01-31: 2 cores/);
});

t.test('as a picture', async (t) => {
  const picture = asPicture(RESULTS);
  t.match(picture, /Some &lt;Processor&gt; &amp; Co/, 'text is escaped');
  t.match(picture, /prefers-color-scheme: dark/);
  t.equal(picture.match(/<rect class="ours"/g)?.length, 2);
  t.equal(picture.match(/<rect class="theirs"/g)?.length, 1);
  t.equal(picture.match(/<rect class="goal"/g)?.length, 1, 'what stands alone is drawn against its limit');
  t.match(picture, /class="ours" x="300" y="\d+" width="26\.4"/, 'a bar is as long as its share of the longest');
  t.match(picture, /class="missed">✗/);
  t.same(unclosed(picture), []);
  t.same(unclosed('<a><b/><c></a>'), ['c'], 'the check can fail');
});

t.test('its options', async (t) => {
  t.same(parse([]), { quick: false, json: false, only: [] });
  t.same(parse(['--quick', '--json', '--only', 'start,env']), { quick: true, json: true, only: ['start', 'env'] });
  t.throws(() => parse(['--fast']), /--fast/);
});

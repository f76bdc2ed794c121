/** The forms of a value, compared with what Node itself makes of it. */

import t from 'tap';
import { formsOf, namedForms } from '../../../sandbox/redact/patterns.js';

function formsAsText(value: string): Set<string> {
  return new Set(formsOf(Buffer.from(value)).map((form) => Buffer.from(form).toString('utf8')));
}

t.test('too short a value has no forms', async (t) => {
  t.same(formsOf(Buffer.from('1234567')), []);
  t.same(formsOf(Buffer.from('1234567\r\n\n')), []);
  t.ok(formsOf(Buffer.from('12345678')).length > 0);
});

t.test('forms are copies, each at least eight bytes', async (t) => {
  const value = Buffer.from('s3cr3t-value');
  for (const form of formsOf(value)) {
    t.ok(form.length >= 8);
    form.fill(0);
  }
  t.equal(value.toString(), 's3cr3t-value');
});

t.test('all that Node encodes is among them', async (t) => {
  for (const value of [
    'plain-value',
    'ünïcode 😀 value',
    'quo"te\\slash\tand\nline',
    'a/b?c=d&e=f%20+g',
    "it's (a) *test*!",
  ]) {
    const forms = formsAsText(value);
    const bytes = Buffer.from(value);
    t.ok(forms.has(value));
    t.ok(forms.has(bytes.toString('base64')), 'base64');
    t.ok(forms.has(bytes.toString('base64url')), 'base64url');
    t.ok(forms.has(bytes.toString('hex')), 'hex');
    t.ok(forms.has(bytes.toString('hex').toUpperCase()), 'HEX');
    t.ok(forms.has(encodeURIComponent(value)), 'encodeURIComponent');
    t.ok(forms.has(new URLSearchParams([['', value]]).toString().slice(1)), 'URLSearchParams');
    t.ok(forms.has(JSON.stringify(value).slice(1, -1)), 'JSON');
  }
});

t.test('of base64 only what does not depend on neighbours', async (t) => {
  const value = 'neighbours';
  const forms = [...formsAsText(value)];
  for (const before of ['', '\u0000', '\u0000\u0000', '\u007f', '\u007f\u007f'])
    for (const after of ['\u0000', '\u007f'])
      t.ok(
        forms.some((form) =>
          Buffer.from(before + value + after)
            .toString('base64')
            .includes(form),
        ),
        JSON.stringify([before, after]),
      );
});

t.test('each form has its encoding, and a line of many lines is one of its own', async (t) => {
  const value = 'first-line-of-the-value\nsecond-line-of-the-value';
  const forms = new Map(
    namedForms(Buffer.from(value)).map((form) => [Buffer.from(form.bytes).toString(), form.encoding]),
  );
  t.equal(forms.get(value), 'raw');
  t.equal(forms.get(value.replace('\n', '\r\n')), 'raw');
  t.equal(forms.get('second-line-of-the-value'), 'line');
  t.equal(forms.get(Buffer.from(value).toString('base64')), 'base64');
  t.equal(forms.get(Buffer.from(value).toString('hex')), 'hex');
  t.equal(forms.get(encodeURIComponent(value)), 'url');
  t.equal(forms.get(JSON.stringify(value).slice(1, -1)), 'json');
});

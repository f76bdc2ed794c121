import t from 'tap';
import { setApart } from '../../../daemon/words/circumstances.js';
import { labelsOf } from './played.js';

/** What is left of a text, and the words of the vault in what was set aside; null where it stays whole. */
function apart(text: string): [string, string] | null {
  const found = setApart(labelsOf(text));
  if (found === null) return null;
  return [found.labels.map((one) => one.text).join(' '), found.reasons.map((one) => one.text).join(' ')];
}

t.test('what is told beside a request is set aside', async (t) => {
  t.same(apart("we're deploying now, activate aws"), ['activate aws', '']);
  t.same(apart('doing the release run, turn off stripe'), ['turn off stripe', '']);
  t.same(apart('activate github, git push fails without'), ['activate github ,', 'git']);
  t.same(apart('I want to push to github, use the github token'), ['use the github token', 'github']);
  t.same(apart("activate aws, i'm deploying"), ['activate aws ,', '']);
  t.same(apart('hey claude, activate aws'), ['activate aws', ''], 'whom it is said to is no reason');
});

t.test('what could say more than why stays', async (t) => {
  for (const [what, text] of Object.entries({
    'a refusal': "i don't deploy, activate aws",
    'a contraction': 'i shouldnt deploy, activate aws',
    'a later time': "i'm deploying on friday, activate aws",
    'a span': "i'm deploying for an hour, activate aws",
    'a condition': 'i deploy if it builds, activate aws',
    'a change': 'i turned off stripe, activate aws',
    'a wish': 'i need stripe, activate aws',
    'words of somebody': 'i was told so, activate aws',
    'a text that is read': 'i read the docs, activate aws',
    'a sentence about nobody': 'the README mentions it, activate aws',
    'a mark of something else': '> i deploy, activate aws',
    'what takes it back': 'activate aws, i changed my mind',
    'a failure of what is asked for': 'activate aws, it fails',
    'an exception': 'activate aws, we deploy without github',
    'a question': 'activate aws, am i deploying?',
    'what "it" may be': "i'm on aws, activate it",
    'the only thing said': "i'm deploying",
    'a member of a list': 'activate aws, deploying',
  }))
    t.equal(apart(text), null, `${what}: ${text}`);
});

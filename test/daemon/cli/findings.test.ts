import t from 'tap';
import type { FindingAnswer } from '../../../daemon/cli/answers-diagnosis.js';
import { exitOf, findingsText } from '../../../daemon/cli/findings.js';

const found = (severity: FindingAnswer['severity'], what = 'It is off.'): FindingAnswer => ({
  ...{ severity, code: 'NOT_ACTIVE', what, todo: 'Turn it on: `ampoule activate A`.', command: null },
  ...{ variable: null, sandbox: null },
});

t.test('two lines each, the severity in its colour', async (t) => {
  const text = findingsText([found('error'), found('note', 'a\u001b[31m')], (colour, word) => `<${colour} ${word}>`);
  t.equal(
    text,
    [
      '<red error  >  It is off. [NOT_ACTIVE]',
      '         Turn it on: `ampoule activate A`.',
      '<dim note   >  a\\x1b[31m [NOT_ACTIVE]',
      '         Turn it on: `ampoule activate A`.',
    ].join('\n'),
  );
});

t.test('only errors are a failure', async (t) => {
  t.equal(exitOf([]), 0);
  t.equal(exitOf([found('warning'), found('note')]), 0);
  t.equal(exitOf([found('note'), found('error')]), 125);
});

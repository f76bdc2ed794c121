import t from 'tap';
import { ApiError, CliError, EXIT, exitCodeOf, interrupted, USAGE_CODES, usage } from '../../../daemon/cli/errors.js';
import { ERRORS } from '../../../daemon/errors.js';

t.test('the codes that mean a wrong input are those of the table', async (t) => {
  const table = Object.entries(ERRORS).flatMap(([code, { exit }]) => (exit === 2 ? [code] : []));
  t.same([...USAGE_CODES].sort(), table.sort());
});

t.test('exit codes of errors', async (t) => {
  const refusal = (code: string): ApiError => new ApiError({ status: 400, code, title: '', detail: 'No.' }, '{}');
  t.equal(exitCodeOf(refusal('INVALID_INPUT')), EXIT.usage);
  t.equal(exitCodeOf(refusal('VAULT_SEALED')), EXIT.ours);
  t.equal(exitCodeOf(refusal('A_CODE_OF_LATER')), EXIT.ours);
  t.equal(exitCodeOf(usage('No.')), 2);
  t.equal(exitCodeOf(interrupted()), 130);
  t.equal(exitCodeOf(new CliError('X', 'No.')), 125);
  t.equal(exitCodeOf(new Error('a bug')), 125);
  t.equal(refusal('X').message, 'No.');
});

import t from 'tap';
import { commandOf } from '../../../sandbox/container/command.js';

t.test('a string goes to the shell, an array runs exactly', async (t) => {
  t.same(commandOf({ command: 'echo "$A" | cat' }), ['sh', '-c', 'echo "$A" | cat']);
  t.same(commandOf({ command: ['echo', '$A', 'a b'] }), ['echo', '$A', 'a b']);
});

import t from 'tap';
import { helpText, readCommand } from '../../daemon/command-line.js';
import { OPTIONS } from '../../daemon/options.js';

t.test('each command', async (t) => {
  t.same(readCommand([]), { name: 'run', flags: {} });
  t.same(readCommand(['--data-dir', '/x', '--listen=off']), {
    name: 'run',
    flags: { 'data-dir': '/x', listen: 'off' },
  });
  t.same(readCommand(['init', '--key-file', '/k']), { name: 'init', flags: { 'key-file': '/k' } });
  t.same(readCommand(['restore', '/b']), { name: 'restore', flags: {}, file: '/b' });
  t.same(readCommand(['--help']), { name: 'help' });
  t.same(readCommand(['--version']), { name: 'version' });
});

t.test('what is none ends with what to run', async (t) => {
  for (const argv of [['--datadir', '/x'], ['--data-dir'], ['start'], ['init', 'x'], ['restore', 'a', 'b']]) {
    t.throws(() => readCommand(argv), { name: 'ConfigError', message: /Run `ampouled --help`\.$/ }, argv.join(' '));
  }
  t.throws(() => readCommand(['restore']), { message: /Run `ampouled restore FILE`\.$/ });
});

t.test('the help text names every option by flag and variable', async (t) => {
  for (const option of OPTIONS) {
    t.match(helpText(), `--${option.flag} `);
    t.match(helpText(), option.variable);
  }
});

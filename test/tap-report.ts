/** Shortens tap's output for people: one line for a file that passed, all but its good assertions for one that failed. */

const SUBTEST = /^# Subtest: /;
const RESULT = /^(not ok|ok) \d+ - (.*?)(?: # time=([\d.]+)ms)?$/;
const GOOD = /^\s+ok \d+/;

/** Give it line by line; what it gives back is printed. */
export function shortener(): (line: string) => string[] {
  let block: string[] = [];
  let failed = false;
  return (line) => {
    if (SUBTEST.test(line)) {
      block = [];
      failed = false;
      return [];
    }
    const result = RESULT.exec(line);
    if (result?.[1] === 'ok') {
      block = [];
      failed = false;
      return [`ok     ${result[2]} (${Math.round(Number(result[3] ?? 0))} ms)`];
    }
    if (result !== null) {
      const told = block.filter((item) => !GOOD.test(item) && item.trim() !== '');
      block = [];
      failed = true;
      return [`not ok ${result[2]}`, ...told];
    }
    // What follows a failed file is its own diagnosis, up to the next file.
    if (failed) return line.startsWith('#') ? [] : [line];
    block.push(line);
    return [];
  };
}

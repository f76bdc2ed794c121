/**
 * The worker thread that a scan runs in, so that the daemon goes on answering. Started by daemon/scan/thread.ts; wipes the values
 * that it is given and touches no file.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { startScan } from './scan.js';
import type { FromWorker, ScanTask, ToWorker } from './thread.js';

/** Milliseconds between two words of how far it is. */
const EVERY = 250;

const { targets, base } = workerData as ScanTask;
const say = (message: FromWorker): void => parentPort?.postMessage(message);
const scan = startScan(targets, base);
for (const { value } of targets) value.fill(0);
let said = performance.now();

parentPort?.on('message', (message: ToWorker) => {
  if (message === 'end') {
    say({ report: scan.end(), short: scan.short });
    parentPort?.close();
    return;
  }
  if (message === 'wipe') {
    scan.wipe();
    parentPort?.close();
    return;
  }
  scan.push(message);
  const now = performance.now();
  const due = now - said >= EVERY;
  if (due) said = now;
  say({ taken: message.length, ...(due ? { progress: scan.progress() } : {}) });
});

/**
 * The worker thread that a scan runs in, so that the daemon goes on answering. Started by daemon/scan/thread.ts; wipes the values
 * that it is given and touches no file.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { type Scan, startScan } from './scan.js';
import type { FromWorker, ScanTask, ToWorker } from './thread.js';

/** Milliseconds between two words of how far it is. */
const EVERY = 250;

const { targets, base } = workerData as ScanTask;
const say = (message: FromWorker): void => parentPort?.postMessage(message);
const scan = started();
let said = performance.now();

parentPort?.on('message', (message: ToWorker) => {
  try {
    take(message);
  } catch (error) {
    // The thread ends with it, and its memory goes back as it is.
    scan.wipe();
    throw error;
  }
});

function started(): Scan {
  try {
    return startScan(targets, base);
  } finally {
    for (const { value } of targets) value.fill(0);
  }
}

function take(message: ToWorker): void {
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
}

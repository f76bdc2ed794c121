/**
 * Asks a server over and over, from a process of its own, and prints how many answers came per second. Reads what to ask as
 * JSON from its input, so that a token is in no argument: {socketPath, path, headers, connections, seconds}
 */

import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';

const { socketPath, path, headers, connections, seconds } = JSON.parse(await text(process.stdin));
const url = `http://localhost${path}`;
const result = await autocannon({ url, socketPath, headers, connections, duration: seconds, workers: 0 });
const { requests, non2xx, errors, duration } = result;
console.log(JSON.stringify({ perSecond: requests.total / duration, refused: non2xx, errors }));

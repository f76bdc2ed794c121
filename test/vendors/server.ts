/** All vendors behind one HTTPS server, for a container; `/etc/vendors` has certificate, key and whom they know. Prints a line for each request, without what it carried. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { serveNames } from './names.js';
import { answerOf, HOSTS, type Known } from './vendors.js';

const known = JSON.parse(readFileSync('/etc/vendors/known.json', 'utf8')) as Known;
const [gateway] = process.argv.slice(2);
const tls = { key: readFileSync('/etc/vendors/key.pem'), cert: readFileSync('/etc/vendors/cert.pem') };

createServer(tls, (request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { method = 'GET', url = '/', headers } = request;
    const {
      status,
      type,
      body,
      as = null,
      headers: more = {},
    } = answerOf({ method, url, headers, body: Buffer.concat(parts) }, known);
    console.log(JSON.stringify({ host: headers.host, method, status, as }));
    response.writeHead(status, { ...more, ...(type === undefined ? {} : { 'content-type': type }) }).end(body);
  });
}).listen(443, () => console.log('ready'));

/** Where the containers reach this one, and the databases, whose addresses are written down as they start. */
if (gateway !== undefined)
  serveNames(gateway, (name) => {
    if (HOSTS.includes(name)) return gateway;
    const databases = JSON.parse(readFileSync('/etc/vendors/names/databases.json', 'utf8')) as Record<string, string>;
    return databases[name] ?? null;
  });

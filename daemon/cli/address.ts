/** Reads an address of the API, `unix:///path` or `http://host:port`. Opens nothing. */

import { usage } from './errors.js';

export type Address = { kind: 'unix'; path: string } | { kind: 'tcp'; secure: boolean; host: string; port: number };

const HOW = 'Give unix:///path/of/ampoule.sock or http://127.0.0.1:7433.';

/** @throws CliError (exit code 2) that quotes the text and says what is accepted. */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (path.startsWith('/') && !path.includes('\0')) return { kind: 'unix', path };
    throw usage(`AMPOULE_ADDR is ${JSON.stringify(text)}, which has no absolute path. ${HOW}`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw usage(`AMPOULE_ADDR is ${JSON.stringify(text)}, which is no address of the API. ${HOW}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.pathname !== '/') {
    throw usage(`AMPOULE_ADDR holds more than host and port. ${HOW} The token goes into AMPOULE_TOKEN_FILE.`);
  }
  const secure = url.protocol === 'https:';
  return {
    kind: 'tcp',
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
  };
}

/** The address as a person writes it. */
export function addressText(address: Address): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.secure ? 'https' : 'http'}://${host}:${address.port}`;
}

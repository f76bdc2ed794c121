/** Log lines of allow-listed fields and constant messages. The only owner of pino; a field that is not in the list is dropped. */

import { type DestinationStream, pino } from 'pino';
import type { Config } from './config.js';
import type { LogFields, Logger } from './parts.js';

/** Longest text of a field; what is longer is cut, since no allowed field needs more. */
const LONGEST = 200;

const ALLOWED = {
  requestId: 'string',
  method: 'string',
  route: 'string',
  status: 'number',
  ms: 'number',
  code: 'string',
  token: 'string',
  session: 'string',
  sandbox: 'string',
  container: 'string',
  operation: 'string',
  cause: 'string',
  count: 'number',
  address: 'string',
  path: 'string',
} as const satisfies Record<keyof Required<LogFields>, 'string' | 'number'>;

/** Only what the list names, of the type it says. */
function allowed(fields: LogFields = {}): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const [name, type] of Object.entries(ALLOWED)) {
    const value: unknown = Object.hasOwn(fields, name) ? fields[name as keyof LogFields] : undefined;
    if (type === 'number' && typeof value === 'number') kept[name] = value;
    if (type === 'string' && typeof value === 'string') kept[name] = value.slice(0, LONGEST);
  }
  return kept;
}

/** A logger that writes JSON lines; `to` is standard error unless a test gives another place. */
export function createLog(
  level: Config['logLevel'],
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const out = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    to,
  );
  return {
    debug: (message, fields) => out.debug(allowed(fields), message),
    info: (message, fields) => out.info(allowed(fields), message),
    warn: (message, fields) => out.warn(allowed(fields), message),
    error: (message, fields) => out.error(allowed(fields), message),
  };
}

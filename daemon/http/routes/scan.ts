/** Routes of scans: a sandbox's workspace, or what the client streams. Answers once, or with how far it is on the way. */

import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaemonError } from '../../errors.js';
import type { ScanAnswer, ScanHooks } from '../../scan/service.js';
import type { Progress } from '../../scan/words.js';
import { callerOf } from '../authentication.js';
import { formatTime } from '../duration.js';
import type { App, Operation } from '../fastify.js';
import { asOurs, problemOf } from '../problem.js';
import type { Http } from '../respond.js';
import { SandboxParams } from '../schemas/sandboxes.js';
import { ScanAnswer as ScanSchema } from '../schemas/scan.js';
import { TAR, tarBody } from '../tar-body.js';
import { NDJSON, wantsRecords } from './exec.js';

const streams: NonNullable<Operation['streams']> = {
  [NDJSON]: 'records {progress}, and last {report} or {problem}',
};

/** To be registered on a part of the app of its own: only here a tar stream is taken. */
export function scanRoutes(app: App, http: Http): void {
  const { scans } = http.parts;
  // Read as it comes, never gathered: it may be larger than memory.
  app.addContentTypeParser(TAR, (_request, payload, done) => done(null, payload));

  app.post(
    '/v1/sandboxes/:sandbox/scan',
    {
      schema: { params: SandboxParams, response: { 200: ScanSchema } },
      config: {
        operation: {
          id: 'scanSandbox',
          summary: 'Look for values of the vault in the workspace and its git history',
          description: 'Says where, never what. Works on a stopped container too. One scan at a time.',
          streams,
        },
      },
    },
    async (request, reply): Promise<never> => {
      const { sandbox } = request.params;
      const scan = (hooks: ScanHooks) => scans.ofSandbox(callerOf(request), sandbox, hooks);
      return (await answered(http, request, reply as FastifyReply, scan)) as never;
    },
  );

  app.post(
    '/v1/scan',
    {
      schema: { response: { 200: ScanSchema } },
      config: {
        operation: {
          id: 'scanStream',
          summary: 'Look for values of the vault in a tar stream',
          description: `A body of the type ${TAR}, of any length; nothing of it is kept. One scan at a time.`,
          tar: true,
          streams,
        },
      },
    },
    async (request, reply): Promise<never> => {
      const { body } = request;
      if (!(body instanceof Readable)) throw noTar();
      const scan = (hooks: ScanHooks) => scans.ofStream(callerOf(request), tarBody(body), hooks);
      return (await answered(http, request, reply as FastifyReply, scan)) as never;
    },
  );
}

async function answered(
  http: Http,
  request: FastifyRequest,
  reply: FastifyReply,
  scan: (hooks: ScanHooks) => Promise<ScanAnswer>,
): Promise<FastifyReply> {
  const stream = http.streams.open(request, reply);
  const { signal } = stream;
  if (!wantsRecords(request.headers.accept)) {
    try {
      return await reply.send(bodyOf(await scan({ signal })));
    } finally {
      stream.close();
    }
  }
  // What is refused before anything was read is a problem like any other.
  const records = new Records();
  const work = scan({ signal, progress: (progress) => records.push({ progress }) });
  const first = await Promise.race([
    work.then(
      () => null,
      (error: unknown) => ({ error }),
    ),
    records.some(),
  ]);
  if (first !== null && first !== undefined) {
    stream.close();
    throw first.error;
  }
  const said = work.then(
    (answer) => ({ report: bodyOf(answer) }),
    (error: unknown) => ({ problem: problemOf(asOurs(error), request.id) }),
  );
  void said.then((last) => {
    records.push(last);
    records.close();
    stream.close();
  });
  return reply
    .header('content-type', NDJSON)
    .header('x-accel-buffering', 'no')
    .send(Readable.from(records.lines(), { objectMode: false }));
}

/** Records on their way out. */
class Records {
  #waiting: object[] = [];
  #closed = false;
  #wake = (): void => {};

  push(record: { progress: Progress } | object): void {
    this.#waiting.push(record);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Resolves when there is one. */
  async some(): Promise<undefined> {
    while (this.#waiting.length === 0 && !this.#closed) await this.#change();
    return undefined;
  }

  async *lines(): AsyncGenerator<string> {
    for (;;) {
      const record = this.#waiting.shift();
      if (record !== undefined) yield `${JSON.stringify(record)}\n`;
      else if (this.#closed) return;
      else await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        before();
        resolve();
      };
    });
  }
}

function noTar(): DaemonError {
  return new DaemonError(
    'MEDIA_TYPE_UNSUPPORTED',
    `This route takes a tar stream. Run \`ampoule scan --dir PATH\`, or \`tar -cf - . | curl -X POST -T - -H 'content-type: ${TAR}' …\`.`,
  );
}

function bodyOf(answer: ScanAnswer) {
  const findings = answer.findings.map(({ git, ...finding }) => ({
    ...finding,
    git: git === null ? null : { ...git, authoredAt: git.authoredAt === null ? null : formatTime(git.authoredAt) },
  }));
  return { ...answer, findings };
}

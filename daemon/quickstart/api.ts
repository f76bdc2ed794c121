/** The few requests that the quickstart makes, as any client would make them. */

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface Api {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** As `call`; throws unless the answer is 200, 201 or 204. Gives the body. */
  must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Status of a GET without a token; null when nothing answers. */
  tryGet(path: string): Promise<number | null>;
}

/** Bytes as body go as they are; anything else goes as JSON. */
export function apiAt(address: string, token: string): Api {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const raw = body instanceof Uint8Array;
    const type = raw ? 'application/octet-stream' : 'application/json';
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
      signal: AbortSignal.timeout(120_000),
    });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
  };
  return {
    call,
    must: async (method, path, body) => {
      const answer = await call(method, path, body);
      if ([200, 201, 204].includes(answer.status)) return answer.body;
      const why = answer.body.detail ?? JSON.stringify(answer.body);
      throw new Error(`${method} ${path} answered ${answer.status}: ${String(why)}`);
    },
    tryGet: async (path) => {
      try {
        const answer = await fetch(`${address}${path}`, { signal: AbortSignal.timeout(3_000) });
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        return null;
      }
    },
  };
}

/** Where an authorization server of the tests keeps what it gave out: in memory, one for each server. */

type Payload = Record<string, unknown> & { uid?: string; userCode?: string; grantId?: string; consumed?: number };

export type Memory = Map<string, Payload>;

/** A class of adapters that share one memory, as oidc-provider wants it. */
export function memoryAdapter(kept: Memory) {
  return class MemoryAdapter {
    private readonly model: string;
    constructor(model: string) {
      this.model = model;
    }
    private key(id: string): string {
      return `${this.model}:${id}`;
    }
    private first(fits: (payload: Payload) => boolean): Payload | undefined {
      return [...kept].find(([key, payload]) => key.startsWith(`${this.model}:`) && fits(payload))?.[1];
    }
    async upsert(id: string, payload: Payload): Promise<void> {
      kept.set(this.key(id), payload);
    }
    async find(id: string): Promise<Payload | undefined> {
      return kept.get(this.key(id));
    }
    async findByUid(uid: string): Promise<Payload | undefined> {
      return this.first((payload) => payload.uid === uid);
    }
    async findByUserCode(userCode: string): Promise<Payload | undefined> {
      return this.first((payload) => payload.userCode === userCode);
    }
    async consume(id: string): Promise<void> {
      const payload = kept.get(this.key(id));
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    }
    async destroy(id: string): Promise<void> {
      kept.delete(this.key(id));
    }
    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
    }
  };
}

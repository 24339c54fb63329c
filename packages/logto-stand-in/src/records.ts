import type { Adapter, AdapterPayload } from "oidc-provider";
import { z } from "zod";
import { moveTimes, type Clock } from "./clock.js";
import type { Settings } from "./settings.js";

const recordSchema = z.object({
  model: z.string(),
  id: z.string(),
  payload: z.record(z.string(), z.unknown()),
  /** Milliseconds since the epoch; so is `consumedAt`. */
  expiresAt: z.number().optional(),
  consumedAt: z.number().optional(),
});
export const recordsSchema = z.array(recordSchema);
type StoredRecord = z.infer<typeof recordSchema>;

/** Milliseconds. */
const sweepInterval = 60_000;

/**
 * The sessions, grants, codes and tokens of the authorization server, in the server's time. Removes
 * expired ones.
 */
export class Records {
  readonly #models = new Map<string, Map<string, StoredRecord>>();
  readonly #onChange: () => void;
  readonly now: Clock;
  #sweptAt = 0;

  constructor(stored: StoredRecord[], now: Clock, onChange: () => void) {
    this.now = now;
    this.#onChange = onChange;
    for (const record of stored) this.model(record.model).set(record.id, record);
    this.sweep();
  }

  model(name: string): Map<string, StoredRecord> {
    const records = this.#models.get(name) ?? new Map<string, StoredRecord>();
    this.#models.set(name, records);
    return records;
  }

  find(model: string, id: string): StoredRecord | undefined {
    const record = this.model(model).get(id);
    return record && !isExpired(record, this.now()) ? record : undefined;
  }

  put(record: StoredRecord): void {
    if (Math.abs(this.now() - this.#sweptAt) > sweepInterval) this.sweep();
    this.model(record.model).set(record.id, record);
    this.#onChange();
  }

  remove(model: string, id: string): void {
    this.model(model).delete(id);
    this.#onChange();
  }

  /** Removes every record of `models` (default: all models) whose payload has `key` = `value`. */
  removeWhere(
    key: "grantId" | "accountId",
    value: string,
    models = [...this.#models.keys()],
  ): void {
    for (const name of models) {
      const records = this.model(name);
      for (const [id, { payload }] of records) if (payload[key] === value) records.delete(id);
    }
    this.#onChange();
  }

  clear(model: string): void {
    this.model(model).clear();
    this.#onChange();
  }

  sweep(): void {
    this.#sweptAt = this.now();
    for (const records of this.#models.values()) {
      for (const [id, record] of records) if (isExpired(record, this.#sweptAt)) records.delete(id);
    }
  }

  toJSON(): StoredRecord[] {
    this.sweep();
    return [...this.#models.values()].flatMap((records) => [...records.values()]);
  }
}

/**
 * Adapts `records` to oidc-provider's storage interface. A consumed refresh token counts as unused
 * during the grace interval. Every accepted replay restarts that interval, because it consumes the
 * token again (Logto facts: refresh tokens).
 */
export function createAdapter(records: Records, settings: Settings): (model: string) => Adapter {
  return (model) => {
    const read = (record: StoredRecord | undefined): AdapterPayload | undefined => {
      if (!record) return undefined;
      const payload = moveTimes(record.payload, -settings.clockSkew);
      const { consumedAt } = record;
      if (consumedAt === undefined) return payload;
      const inGrace =
        model === "RefreshToken" && records.now() - consumedAt <= settings.graceInterval * 1000;
      return inGrace ? payload : { ...payload, consumed: Math.floor(consumedAt / 1000) };
    };
    return {
      async upsert(id, payload, expiresIn) {
        const expiresAt = expiresIn ? records.now() + expiresIn * 1000 : undefined;
        records.put({
          model,
          id,
          payload: moveTimes({ ...payload }, settings.clockSkew),
          expiresAt,
        });
      },
      async find(id) {
        return read(records.find(model, id));
      },
      async findByUid(uid) {
        const found = [...records.model(model).values()].find(({ payload }) => payload.uid === uid);
        return found && read(records.find(model, found.id));
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const record = records.find(model, id);
        if (record) records.put({ ...record, consumedAt: records.now() });
      },
      async destroy(id) {
        records.remove(model, id);
      },
      async revokeByGrantId(grantId) {
        records.removeWhere("grantId", grantId, [model]);
      },
    };
  };
}

function isExpired({ expiresAt }: StoredRecord, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

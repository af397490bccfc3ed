import "server-only";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import { type ReadDb, readDb } from "@/lib/db/client";
import type { Result } from "@/lib/platform/errors";
import { type Allow, Denial } from "./allow";
import { failureOf, recordDenial } from "./denial";
import { inTransaction } from "./transaction";

export interface QueryContext<I, S> {
  db: ReadDb;
  input: I;
  principal: Principal;
  scope: S;
}

export interface Query<I, V> {
  readonly kind: "query";
  /** @param call `isRecorded: false` for a request whose answer nobody reads (HEAD, prefetch): a denial leaves no event */
  execute(call: {
    principal: Principal;
    request: RequestFacts;
    input: I;
    isRecorded?: boolean;
  }): Promise<Result<V>>;
}

/**
 * Composes a read that is no event of its own. It has no writable handle; a denial is recorded (ACCESS_DENIED).
 */
export function query<I, S, V>(spec: {
  allow: Allow<I, S>;
  run: (context: QueryContext<I, S>) => Promise<V>;
}): Query<I, V> {
  return {
    kind: "query",
    async execute({ principal, request, input, isRecorded = true }) {
      let scope: S;
      try {
        scope = await spec.allow({ db: readDb(), input, principal });
      } catch (error) {
        if (!(error instanceof Denial)) throw error;
        if (isRecorded) await inTransaction((tx) => recordDenial(tx, error, principal, request));
        return failureOf(error);
      }
      return { ok: true, value: await spec.run({ db: readDb(), input, principal, scope }) };
    },
  };
}

import "server-only";
import { and, eq } from "drizzle-orm";
import type { ApiKeyPrincipal } from "@/lib/access/principal";
import { readDb, schema } from "@/lib/db/client";
import { hmacSha256 } from "@/lib/platform/crypto";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";
import { storedId } from "./attempts";
import { inTransaction } from "./transaction";
import { v1Error } from "./v1";

/** A request that may be sent again under its `Idempotency-Key`. */
export interface KeyedRequest {
  principal: ApiKeyPrincipal;
  attemptId: string;
  /** Address and body: what another request under the same key is told apart by. */
  asked: unknown;
}

export interface KeptReply {
  status: number;
  contentType: string;
  body: string;
}

/** The largest answer that is kept, in UTF-16 units; a longer one is not given twice. */
const longestReply = 200_000;

const digestOf = (asked: unknown) => hmacSha256(runtime().keys.apiKeyPepper, JSON.stringify(asked));

const ofRequest = ({ principal, attemptId }: KeyedRequest) =>
  and(eq(schema.apiReply.apiKeyId, principal.keyId), eq(schema.apiReply.attemptId, storedId(attemptId)));

/**
 * What this request was answered when it was sent before.
 * @returns null when it was not, or its answer was not kept (the attempt itself then says that it was done); 409 for
 *   another request under the same key
 */
export async function keptReply(keyed: KeyedRequest): Promise<Response | null> {
  const [found] = await readDb().select().from(schema.apiReply).where(ofRequest(keyed));
  if (!found) return null;
  if (!found.askedDigest.equals(digestOf(keyed.asked)))
    return v1Error(
      409,
      "This Idempotency-Key was used with another request. Send this one with a key of its own.",
    );
  return new Response(found.body, {
    status: found.status,
    headers: {
      "content-type": found.contentType,
      "cache-control": "no-store",
      "idempotent-replayed": "true",
    },
  });
}

/** Keeps what a request was answered for a day. That it cannot be kept does not take the answer away. */
export async function keepReply(keyed: KeyedRequest, reply: KeptReply): Promise<void> {
  if (reply.body.length > longestReply) return;
  const { principal, attemptId, asked } = keyed;
  const row = {
    apiKeyId: principal.keyId,
    attemptId: storedId(attemptId),
    askedDigest: digestOf(asked),
    ...reply,
  };
  try {
    await inTransaction((tx) => tx.insert(schema.apiReply).values(row).onConflictDoNothing());
  } catch (error) {
    logError("keeping an answer of the API", error);
  }
}

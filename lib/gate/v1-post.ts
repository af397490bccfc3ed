import "server-only";
import type { z } from "zod";
import type { Permission } from "@/lib/access/permissions";
import { onGuru } from "./allow";
import { type KeptReply, type KeyedRequest, keepReply, keptReply } from "./api-replies";
import { fieldErrorsOf } from "./field-errors";
import { query } from "./query";
import { type V1Call, v1Error, v1Failure, v1Route } from "./v1";

export interface V1PostCall<B> extends V1Call<{ guru: string }> {
  body: B;
  /** The request's `Idempotency-Key` as a command takes it. */
  attempt: { attemptId?: string };
  /** Keeps an answer for whoever sends the request again; of JSON the route sees to it itself. */
  keep: (reply: KeptReply) => Promise<void>;
  /** Has the JSON of this request not kept: it holds for the moment only. */
  doNotKeep: () => void;
}

/** The largest `Idempotency-Key`. Nothing minted for the purpose is longer. */
const longestKey = 255;

/**
 * A route of `/api/v1` that takes a JSON object. With an `Idempotency-Key` a request that is sent again within a day does
 * nothing twice, and gets the same answer once more as long as its sender may still have it.
 * @param spec.permission what a repeat is checked for; the act itself checks for its own
 * @param handle answers; a refusal by `v1Failure` or `v1Error`
 */
export function v1Post<S extends z.ZodType>(
  spec: { permission: Permission; body: S },
  handle: (call: V1PostCall<z.output<S>>) => Promise<Response>,
) {
  const permitted = query({ allow: onGuru<string>(spec.permission, (guru) => guru), run: async () => null });
  return v1Route<{ guru: string }>(async (call) => {
    const { request, principal, facts, params } = call;
    const sent = await request.json().catch(() => null);
    if (typeof sent !== "object" || sent === null || Array.isArray(sent))
      return v1Error(400, "Send a JSON object as the body.");
    const parsed = await spec.body.safeParseAsync(sent);
    if (!parsed.success)
      return v1Error(400, Object.values(fieldErrorsOf(parsed.error))[0]?.[0] ?? "Please check the body.");
    const attemptId = request.headers.get("idempotency-key") ?? "";
    if (attemptId === "")
      return handle({ ...call, body: parsed.data, attempt: {}, keep: async () => {}, doNotKeep: () => {} });
    if (attemptId.length > longestKey)
      return v1Error(400, `An Idempotency-Key has at most ${longestKey} characters.`);
    const path = new URL(request.url).pathname.replace(/\/$/, "");
    const keyed: KeyedRequest = { principal, attemptId, asked: [request.method, path, parsed.data] };
    const before = await keptReply(keyed);
    if (before) {
      // What its sender may no longer ask for is not told again either.
      const allowed = await permitted.execute({ principal, request: facts, input: params.guru });
      return allowed.ok ? before : v1Failure(allowed);
    }
    const keep = (reply: KeptReply) => keepReply(keyed, reply);
    let isKept = true;
    const doNotKeep = () => {
      isKept = false;
    };
    const answer = await handle({ ...call, body: parsed.data, attempt: { attemptId }, keep, doNotKeep });
    const contentType = answer.headers.get("content-type") ?? "";
    // A file is sent as it is made, and may be of any length.
    const isFile = answer.headers.has("content-disposition");
    if (isKept && answer.ok && contentType.startsWith("application/json") && !isFile)
      await keep({ status: answer.status, contentType, body: await answer.clone().text() });
    return answer;
  });
}

/** The answer to a request that was sent before and whose first answer is not there. */
export const sentBefore = (): Response =>
  v1Error(
    409,
    "This was sent before under this Idempotency-Key, and is still being done or its answer was not kept. Look what came of it, or send it with a key of its own.",
  );

import "server-only";
import type { RequestFacts } from "@/lib/access/principal";
import { sourcebotError } from "@/lib/gate/to-route";
import { isUuid } from "@/lib/platform/ids";
import { fetchEventProof } from "../../commands/fetch-event-proof";
import { proofFileName, proofFileText, proofOfEvent } from "../../event-proof";
import { badParams, notFound, withProofs } from "./door";

/**
 * `GET /api/ee/audit/proof?event=<id>`: the proof file of an event. It carries the record, so it is recorded like a read
 * of the log, before the first byte leaves; a HEAD is not.
 */
export function getProof(asked: { request: Request; facts: RequestFacts }): Promise<Response> {
  return withProofs(asked, ["event"], async ({ facts, params, principal, isHead }) => {
    const event = params.get("event");
    if (event === null || !isUuid(event)) return badParams("event takes the id of an event.");
    const proof = await proofOfEvent({ orgId: principal.orgId, guruScope: null }, event);
    if (!proof.ok) {
      if (proof.code === "conflict") return sourcebotError(409, "DOES_NOT_VERIFY", proof.message);
      return notFound(proof.message);
    }
    if (!isHead) {
      const recorded = await fetchEventProof.execute({ principal, request: facts, input: { event } });
      if (!recorded.ok && recorded.code === "forbidden")
        return sourcebotError(403, "INSUFFICIENT_PERMISSIONS", recorded.message);
      if (!recorded.ok) return sourcebotError(500, "UNEXPECTED_ERROR", recorded.message);
    }
    return new Response(proofFileText(proof.value), {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-store",
        "content-disposition": `inline; filename="${proofFileName(event.toLowerCase())}"`,
      },
    });
  });
}

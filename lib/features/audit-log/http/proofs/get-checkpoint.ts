import "server-only";
import type { RequestFacts } from "@/lib/access/principal";
import { checkpointOfSize } from "@/lib/audit/proof/published";
import { sha256 } from "@/lib/platform/crypto";
import { badParams, notFound, sizeOf, withProofs } from "./door";

/** `GET /api/ee/audit/checkpoint`: the newest signed checkpoint, or with `size` the one that was signed at it. */
export function getCheckpoint(asked: { request: Request; facts: RequestFacts }): Promise<Response> {
  return withProofs(asked, ["size"], async ({ request, params, principal, newest }) => {
    const size = params.has("size") ? sizeOf(params.get("size")) : newest.size;
    if (size === null) return badParams("size takes the size of a checkpoint, in decimal digits.");
    const found = size === newest.size ? newest : await checkpointOfSize(principal.orgId, size);
    if (!found)
      return notFound(
        `No checkpoint was signed at size ${size}. The newest is at ${newest.size}; consistency takes any size up to it.`,
      );
    const etag = `"${sha256(found.note).toString("hex").slice(0, 32)}"`;
    const headers = { etag, "cache-control": "no-cache", vary: "cookie, authorization, x-sourcebot-api-key" };
    if (isKnown(request.headers.get("if-none-match"), etag))
      return new Response(null, { status: 304, headers });
    return new Response(found.note, { headers: { ...headers, "content-type": "text/plain; charset=utf-8" } });
  });
}

/** RFC 9110, section 13.1.2: a list of tags, weak ones count like strong ones. */
function isKnown(header: string | null, etag: string): boolean {
  return (header ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === etag || tag === "*");
}

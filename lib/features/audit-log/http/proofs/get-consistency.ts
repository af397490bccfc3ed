import "server-only";
import type { RequestFacts } from "@/lib/access/principal";
import { toBase64 } from "@/lib/audit/proof/bytes";
import { publishedConsistency } from "@/lib/audit/proof/published";
import { json } from "@/lib/gate/to-route";
import { badParams, sizeOf, withProofs } from "./door";

/**
 * `GET /api/ee/audit/consistency?from=&to=`: that the log of `to` events begins with the log of `from`. Any sizes up to
 * the newest checkpoint's.
 */
export function getConsistency(asked: { request: Request; facts: RequestFacts }): Promise<Response> {
  return withProofs(asked, ["from", "to"], async ({ params, principal, newest }) => {
    const from = sizeOf(params.get("from"));
    const to = params.has("to") ? sizeOf(params.get("to")) : newest.size;
    if (from === null) return badParams("from takes a size of the log, in decimal digits.");
    if (to === null) return badParams("to takes a size of the log, in decimal digits.");
    if (to > newest.size)
      return badParams(`to may be ${newest.size} at most, the size of the newest checkpoint.`);
    if (from > to) return badParams("from may not be greater than to.");
    const { fromRoot, toRoot, path } = await publishedConsistency(principal.orgId, from, to);
    const { origin } = newest;
    return json(200, {
      ...{ origin, from, to },
      ...{ fromRoot: toBase64(fromRoot), toRoot: toBase64(toRoot), path: path.map(toBase64) },
    });
  });
}

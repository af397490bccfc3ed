import { parseFilter } from "@/lib/audit/query/filter";
import { newerAuditEvents } from "@/lib/features/audit-log/live-queries";
import { placeOf } from "@/lib/features/audit-log/page-address";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { callerOf } from "../../exports/caller";
import { logOf, refusalOf } from "../log-of";

/**
 * `?scope=&<filter>&after=<place>`: `{count, exact}`, the events of the filter newer than the place, at most 100 of them.
 * An open page asks this every few seconds: it is recorded nowhere (a denial is), and is no use of the session, which
 * ends as if nobody had asked. 503 when the database is too busy to tell.
 */
export const GET = toRoute(plainFamily, async ({ request, facts }) => {
  const params = new URL(request.url).searchParams;
  const after = placeOf(params.get("after"));
  if (!after)
    return plainError(400, "invalid", "after takes the place of an event, as the page's links have it.");
  const parsed = parseFilter(params);
  if (!parsed.ok) return plainError(400, "invalid", parsed.message);
  const scope = logOf(params);
  const result = await newerAuditEvents.execute({
    principal: await callerOf(request, { isUse: false }),
    request: facts,
    input: { scope, filter: parsed.filter, after },
  });
  if (!result.ok) return refusalOf(scope, result);
  return result.value
    ? json(200, result.value)
    : plainError(503, "busy", "There was no time to count.", { "retry-after": "10" });
});

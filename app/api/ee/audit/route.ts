import { getAudit } from "@/lib/features/audit-log/http/get-audit";
import { sourcebotError, sourcebotFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, getAudit);
export const HEAD = toRoute(sourcebotFamily, getAudit);

/** The log is read here and never written. */
const readOnly = toRoute(sourcebotFamily, async () =>
  sourcebotError(405, "METHOD_NOT_ALLOWED", "The audit log is read with GET.", { allow: "GET, HEAD" }),
);
export const POST = readOnly;
export const PUT = readOnly;
export const PATCH = readOnly;
export const DELETE = readOnly;

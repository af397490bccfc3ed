import { getAudit } from "@/lib/features/audit-log/http/get-audit";
import { readOnly } from "@/lib/features/audit-log/http/read-only";
import { sourcebotFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, getAudit);
export const HEAD = toRoute(sourcebotFamily, getAudit);
export { readOnly as DELETE, readOnly as PATCH, readOnly as POST, readOnly as PUT };

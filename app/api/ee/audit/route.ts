import { sourcebotFamily, toRoute } from "@/lib/gate/to-route";
import { getAudit } from "@/lib/features/audit-log/http/get-audit";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, getAudit);
export const HEAD = toRoute(sourcebotFamily, getAudit);

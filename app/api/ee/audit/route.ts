import { getAudit } from "@/lib/features/audit-log/http/get-audit";
import { sourcebotFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, getAudit);
export const HEAD = toRoute(sourcebotFamily, getAudit);

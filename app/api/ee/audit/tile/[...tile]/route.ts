import { getTile } from "@/lib/features/audit-log/http/proofs/get-tile";
import { readOnly } from "@/lib/features/audit-log/http/read-only";
import { sourcebotFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, getTile);
export const HEAD = toRoute(sourcebotFamily, getTile);
export { readOnly as DELETE, readOnly as PATCH, readOnly as POST, readOnly as PUT };

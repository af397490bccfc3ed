import { getCheckpoint } from "@/lib/features/audit-log/http/proofs/get-checkpoint";
import { readOnly } from "@/lib/features/audit-log/http/read-only";
import { sourcebotFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, getCheckpoint);
export const HEAD = toRoute(sourcebotFamily, getCheckpoint);
export { readOnly as DELETE, readOnly as PATCH, readOnly as POST, readOnly as PUT };

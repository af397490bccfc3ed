import { answerSchema } from "@/lib/features/audit-log/http/published";
import { json, sourcebotFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(sourcebotFamily, async () => json(200, answerSchema()));

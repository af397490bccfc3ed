import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { webhookFamily } from "@/lib/features/integrations/http/webhook";
import { toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const POST = toRoute(webhookFamily, postSlackWebhook);

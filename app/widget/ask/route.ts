import { postWidgetAsk } from "@/lib/features/ask/http/widget-ask";
import { widgetPreflight } from "@/lib/gate/widget-door";

export const dynamic = "force-dynamic";

export { postWidgetAsk as POST, widgetPreflight as OPTIONS };

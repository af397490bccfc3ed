import { getWidgetGuru } from "@/lib/features/widgets/http/widget-guru";
import { widgetPreflight } from "@/lib/gate/widget-door";

export const dynamic = "force-dynamic";

export { getWidgetGuru as GET, widgetPreflight as OPTIONS };

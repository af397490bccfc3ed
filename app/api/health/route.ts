import { health } from "@/lib/features/audit-log/health";
import { json, plainFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

export const GET = toRoute(plainFamily, async () => {
  const found = await health();
  if (!found.isUp) return json(503, { status: "unavailable" }, { "retry-after": "5" });
  return json(200, { status: "ok", ...(found.degraded ? { degraded: found.degraded } : {}) });
});

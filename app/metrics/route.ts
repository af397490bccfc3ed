import { anonymousPrincipal } from "@/lib/access/principal";
import { logMetrics, metricsToken } from "@/lib/features/log-integrity/metrics";
import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { sameSecret } from "@/lib/platform/crypto";

export const dynamic = "force-dynamic";

/** For Prometheus: `Authorization: Bearer <GURULOG_METRICS_TOKEN>`. Without that setting there is nothing here. */
export const GET = toRoute(plainFamily, async ({ request, facts }) => {
  const token = metricsToken();
  if (token === null) return plainError(404, "not_found", "There is nothing here.");
  const [, sent] = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (sent === undefined || !sameSecret(sent, token))
    return plainError(401, "unauthenticated", "This needs the token of GURULOG_METRICS_TOKEN.", {
      "www-authenticate": "Bearer",
    });
  const read = await logMetrics.execute({ principal: anonymousPrincipal, request: facts, input: null });
  if (!read.ok) return plainError(500, read.code, read.message);
  return new Response(read.value.text, {
    headers: { "content-type": read.value.contentType, "cache-control": "no-store" },
  });
});

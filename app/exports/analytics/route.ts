import { analyticsHref, type notices } from "@/app/(app)/gurus/[guru]/analytics/address";
import { timeZoneOfRequest } from "@/app/(app)/time-zone";
import type { Principal } from "@/lib/access/principal";
import { attachmentHeaders } from "@/lib/features/analytics/export/attachment";
import { sendAnalytics } from "@/lib/features/analytics/export/send-analytics";
import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { statusOf } from "../answers";
import { callerOf } from "../caller";

/**
 * A guru's analytics as a download. A plain form: `guru`, `format`, `interval` (`from` and `to` with a custom one), `door`,
 * `search`, `attemptId`. A POST, as it is recorded; the front lets no other site's form through. A browser that sends the
 * form is led back to the page where there is no file, anything else is told so in JSON.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const form = await request.formData().catch(() => null);
  if (!form) return plainError(400, "invalid", "Send a form with the guru and the format.");
  const principal = await callerOf(request);
  const { attemptId, ...sent } = Object.fromEntries(form);
  const result = await sendAnalytics({
    principal,
    request: facts,
    input: inputOf(sent, principal, request),
    ...(typeof attemptId === "string" && attemptId !== "" ? { attemptId } : {}),
  });
  const isPage = request.headers.get("accept")?.includes("text/html") ?? false;
  if (!result.ok)
    return isPage
      ? backTo(sent, noticeOf(result.code))
      : plainError(statusOf(result.code), result.code, result.message);
  if ("repeated" in result)
    return isPage ? backTo(sent, "repeated") : plainError(409, "conflict", "This export was sent already.");
  return new Response(result.value.body, { headers: attachmentHeaders(result.value) });
});

type Sent = Record<string, FormDataEntryValue>;

/** The command's input: on the page one door narrows all there is. */
function inputOf({ door = "all", search, ...rest }: Sent, principal: Principal, request: Request): unknown {
  const filters = { questions: door, out_of_context: door, ...(search === undefined ? {} : { search }) };
  const timeZone =
    principal.kind === "user" ? timeZoneOfRequest(principal, request.headers.get("cookie")) : "UTC";
  return { ...rest, filters, timeZone };
}

type Notice = keyof typeof notices;

function noticeOf(code: string): Notice {
  return code === "not_found" || code === "busy" || code === "invalid" ? code : "internal";
}

/** Leads back to the page as it was, which says why there is no file. Of somebody else's guru it says nothing. */
function backTo(sent: Sent, notice: Notice): Response {
  const text = (name: string) => {
    const value = sent[name];
    return typeof value === "string" && value !== "" && value.length <= 400 ? value : undefined;
  };
  const kept = Object.fromEntries(
    ["interval", "from", "to", "door", "search"].map((name) => [name, text(name)]),
  );
  const location = analyticsHref(text("guru")?.slice(0, 64) ?? "-", { ...kept, notice });
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}

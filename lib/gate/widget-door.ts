import "server-only";
import { anonymousPrincipal } from "@/lib/access/principal";
import { isSiteOfWidget } from "@/lib/access/widgets";
import type { Failure } from "@/lib/platform/errors";
import { anyone, throughWidget, type WidgetScope } from "./allow";
import { query } from "./query";
import { json, type RouteContext, type RouteFamily, toRoute } from "./to-route";
import { v1Failure } from "./v1";

export const widgetError = (status: number, msg: string, headers?: Record<string, string>) =>
  json(status, { msg }, headers);

const widgetFamily: RouteFamily = {
  unexpected: (id) => widgetError(500, `Something went wrong on our side. Number: ${id}`),
};

/** A widget's call as a command or a query takes it. */
export interface SiteCall {
  widget: string;
  origin: string | null;
}

export interface WidgetCall extends RouteContext<unknown> {
  site: SiteCall;
  scope: WidgetScope;
}

const siteOf = query({ allow: throughWidget<SiteCall>(), run: async ({ scope }) => scope });
const isKnownSite = query({
  allow: anyone,
  run: async ({ db, input }: { db: Parameters<typeof isSiteOfWidget>[0]; input: string | null }) =>
    isSiteOfWidget(db, input),
});

/** What lets a page of the site read the answer. */
const readableBy = (origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  "access-control-expose-headers": "Retry-After",
  vary: "Origin",
});

const notKnown = () =>
  widgetError(
    401,
    "There is no such widget, or it is not for this site. A maintainer of the guru finds its id and its domain under Widgets.",
    { vary: "Origin" },
  );

/**
 * A route that pages of other sites call: `Authorization` is the widget's id, and the browser's `Origin` must be of the
 * widget's site. Whoever is signed in here is nobody there: cookies are not looked at.
 */
export function widgetRoute(handle: (call: WidgetCall) => Promise<Response>) {
  return toRoute(widgetFamily, async (context) => {
    const { request, facts } = context;
    const site: SiteCall = {
      widget: request.headers.get("authorization")?.trim() ?? "",
      origin: request.headers.get("origin"),
    };
    const found = await siteOf.execute({ principal: anonymousPrincipal, request: facts, input: site });
    if (!found.ok || site.origin === null) return notKnown();
    const answer = await handle({ ...context, site, scope: found.value });
    for (const [name, value] of Object.entries(readableBy(site.origin))) answer.headers.set(name, value);
    return answer;
  });
}

/** The answer to a preflight: only where some widget is for pages of this origin. */
export const widgetPreflight = toRoute(widgetFamily, async ({ request, facts }) => {
  const origin = request.headers.get("origin");
  const known = await isKnownSite.execute({ principal: anonymousPrincipal, request: facts, input: origin });
  if (!known.ok || !known.value || origin === null) return notKnown();
  return new Response(null, {
    status: 204,
    headers: {
      ...readableBy(origin),
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "Authorization, Content-Type",
      "access-control-max-age": "600",
    },
  });
});

/** A refusal in this family's words, which are those of `/api/v1`. */
export const widgetFailure = (failure: Failure): Response => v1Failure(failure);

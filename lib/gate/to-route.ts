import "server-only";
import type { RequestFacts } from "@/lib/access/principal";
import { logError } from "@/lib/platform/log";
import { currentRequest } from "@/lib/platform/request-context";

const brand = Symbol.for("gurulog.route");

/** True for a handler that `toRoute` made; an architecture test asks it of every route. */
export function isRoute(candidate: unknown): boolean {
  return typeof candidate === "function" && brand in candidate;
}

/** How a family of paths words an error (spec/api.md). */
export interface RouteFamily {
  unexpected: (requestId: string) => Response;
}

export interface RouteContext<P> {
  request: Request;
  params: P;
  facts: RequestFacts;
}

/**
 * Makes a route handler. Inside, everything goes through commands and queries of the gate; here are the request's facts
 * and the last resort: an unexpected error is logged and answered in the family's words, without a trace of its insides.
 */
export function toRoute<P = unknown>(
  family: RouteFamily,
  handle: (context: RouteContext<P>) => Promise<Response>,
) {
  const route = async (request: Request, context: { params: Promise<P> }): Promise<Response> => {
    const { ip, requestId } = currentRequest();
    try {
      const facts = { ip, requestId, userAgent: request.headers.get("user-agent") };
      return await handle({ request, params: await context.params, facts });
    } catch (error) {
      logError(`${request.method} ${new URL(request.url).pathname}`, error, requestId);
      return family.unexpected(requestId);
    }
  };
  return Object.assign(route, { [brand]: true });
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
  });

/** `/api/ee/audit` and code search: `{statusCode, errorCode, message}`. */
export function sourcebotError(
  statusCode: number,
  errorCode: string,
  message: string,
  headers?: Record<string, string>,
): Response {
  return json(statusCode, { statusCode, errorCode, message }, headers);
}

export const sourcebotFamily: RouteFamily = {
  unexpected: (id) =>
    sourcebotError(500, "UNEXPECTED_ERROR", `Something went wrong on our side. Number: ${id}`),
};

/** Pages' own endpoints (exports, uploads, health): `{code, message}`. */
export function plainError(
  status: number,
  code: string,
  message: string,
  headers?: Record<string, string>,
): Response {
  return json(status, { code, message }, headers);
}

export const plainFamily: RouteFamily = {
  unexpected: (id) => plainError(500, "internal", `Something went wrong on our side. Number: ${id}`),
};

export { json };

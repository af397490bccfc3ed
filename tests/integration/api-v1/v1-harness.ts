import * as analytics from "@/app/api/v1/[guru]/analytics/export/route";
import * as answer from "@/app/api/v1/[guru]/answer/route";
import * as reindex from "@/app/api/v1/[guru]/data-sources/reindex/route";
import * as sources from "@/app/api/v1/[guru]/data-sources/route";
import * as search from "@/app/api/v1/[guru]/semantic-search/route";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";

const routes = {
  "analytics/export/": analytics,
  "answer/": answer,
  "data-sources/": sources,
  "data-sources/reindex/": reindex,
  "semantic-search/": search,
} as const;

type Method = "GET" | "HEAD" | "POST" | "DELETE" | "PUT" | "PATCH";

export interface V1Asking {
  key?: string | undefined;
  method?: Method;
  /** Sent as JSON, unless it is a text. */
  body?: unknown;
  idempotencyKey?: string;
  query?: string;
  signal?: AbortSignal;
  ip?: string;
  /** Besides those that every caller sends. */
  headers?: Record<string, string>;
}

/** Asks a route of `/api/v1/{guru}/` as the front would. */
export async function askV1(
  guru: string,
  path: keyof typeof routes,
  {
    key,
    method = "POST",
    body,
    idempotencyKey,
    query = "",
    signal,
    ip = "203.0.113.60",
    headers: more = {},
  }: V1Asking,
): Promise<Response> {
  const headers = new Headers({ "content-type": "application/json", "user-agent": "chat bot", ...more });
  if (key !== undefined) headers.set("x-api-key", key);
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
  const request = new Request(`http://localhost:3000/api/v1/${encodeURIComponent(guru)}/${path}${query}`, {
    method,
    headers,
    ...(method === "GET" || method === "HEAD" ? {} : { body: text }),
    ...(signal ? { signal } : {}),
  });
  const handlers: Partial<Record<Method, typeof answer.POST>> = routes[path];
  const handle = handlers[method];
  if (!handle) throw new Error(`no ${method} ${path}`);
  const context = { ip, requestId: mintId(), nonce: "n", proto: "http" as const };
  return runWithRequest(context, () => handle(request, { params: Promise.resolve({ guru }) }));
}

/** The JSON of an answer of this status. */
export async function jsonOf<T = Record<string, unknown>>(
  answer: Response | Promise<Response>,
  status = 200,
): Promise<T> {
  const given = await answer;
  const text = await given.text();
  if (given.status !== status) throw new Error(`${given.status} instead of ${status}: ${text}`);
  return JSON.parse(text) as T;
}

import { GET, HEAD } from "@/app/api/ee/audit/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { db } from "@/lib/db/client";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { testRequest } from "@/tests/support/product";

const address = "http://localhost:3000/api/ee/audit";

/** A real key of a person, made by the real command. */
export async function keyOf(
  principal: UserPrincipal,
  options: { scopes?: string[]; name?: string } = {},
): Promise<string> {
  const input = { name: options.name ?? `key ${mintId()}`, scopes: options.scopes ?? [] };
  const made = await createApiKey.execute({ principal, request: testRequest, input });
  if (!made.ok || "repeated" in made) throw new Error("no key was made");
  return made.value.key;
}

/** The cookie of a person's fresh session. */
export async function cookieOf(principal: UserPrincipal): Promise<string> {
  const sid = await db().transaction((tx) =>
    startSession(tx, principal.accountId, { ip: null, userAgent: null }),
  );
  return `${currentCookieName()}=${await sessionCookieValue(sid)}`;
}

interface Asking {
  key?: string;
  headers?: Record<string, string>;
  method?: "GET" | "HEAD";
  ip?: string;
  signal?: AbortSignal;
}

/** Asks the route as the front would: query as text or pairs. X-Org-Domain is sent unless it is overridden. */
export async function ask(query: string | [string, string][] = "", asking: Asking = {}): Promise<Response> {
  const search = typeof query === "string" ? query : `?${new URLSearchParams(query)}`;
  const headers = new Headers({ "x-org-domain": "~", ...asking.headers });
  if (asking.headers?.["x-org-domain"] === "") headers.delete("x-org-domain");
  if (asking.key) headers.set("x-sourcebot-api-key", asking.key);
  const method = asking.method ?? "GET";
  const request = new Request(address + search, {
    method,
    headers,
    ...(asking.signal ? { signal: asking.signal } : {}),
  });
  const context = {
    ip: asking.ip ?? "203.0.113.50",
    requestId: mintId(),
    nonce: "n",
    proto: "http" as const,
  };
  return runWithRequest(context, () =>
    (method === "HEAD" ? HEAD : GET)(request, { params: Promise.resolve({}) }),
  );
}

export interface ApiRecord {
  id: string;
  timestamp: string;
  action: string;
  actorId: string;
  actorType: string;
  targetId: string;
  targetType: string;
  sourcebotVersion: string;
  metadata: Record<string, string> | null;
  orgId: number;
  [further: string]: unknown;
}

/** The records of an answer, which must be a 200. */
export async function records(answer: Response | Promise<Response>): Promise<ApiRecord[]> {
  const given = await answer;
  const text = await given.text();
  if (given.status !== 200) throw new Error(`${given.status} ${text}`);
  return JSON.parse(text) as ApiRecord[];
}

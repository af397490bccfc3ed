import type { Principal, UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { db } from "@/lib/db/client";
import { startExport } from "@/lib/features/audit-log/commands/start-export";
import { runWithRequest } from "@/lib/platform/request-context";
import { type TestProduct, testRequest } from "@/tests/support/product";

export interface SeedEvent {
  label: string;
  email?: string | null;
  actorType?: "user" | "api_key" | "system" | "anonymous";
  guru?: { id: string; slug: string; name: string } | null;
  model?: string;
  actionType?: string;
  changes?: unknown[];
  details?: unknown;
  metadata?: unknown;
  orgId?: number;
}

/** Puts events into the log behind the product's back, newest last, a second apart, all in the past. */
export async function seed(product: TestProduct, events: readonly SeedEvent[]): Promise<void> {
  const rows = events.map((e, i) => ({
    org_id: e.orgId ?? 1,
    age: events.length - i,
    guru_id: e.guru?.id ?? null,
    guru_slug: e.guru?.slug ?? null,
    guru_name: e.guru?.name ?? null,
    model: e.model ?? "DataSource",
    action_type: e.actionType ?? "updated",
    actor_type: e.actorType ?? "user",
    actor_id: e.actorType === "system" ? "system" : "actor",
    actor_email: e.email === undefined ? "m.solberg@halden.example" : e.email,
    ip: e.actorType === "system" ? null : "203.0.113.9",
    target_label: e.label,
    metadata: e.metadata ?? null,
    changes: e.changes ?? [],
    details: e.details ?? {},
  }));
  await product.admin`
    insert into audit_event (occurred_at, org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model,
      outcome, actor_type, actor_id, actor_email, ip, target_type, target_id, target_label, metadata, changes, details, version)
    select now() - make_interval(secs => 60 + age), org_id, guru_id, guru_slug, guru_name, 'test.seeded', 'SEEDED', action_type, model,
      'success', actor_type, actor_id, actor_email, ip, 'datasource', 'target', target_label, nullif(metadata, 'null'::jsonb), changes, details, '0'
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as (
      org_id int, age int, guru_id uuid, guru_slug text, guru_name text, model text, action_type text, actor_type text,
      actor_id text, actor_email text, ip inet, target_label text, metadata jsonb, changes jsonb, details jsonb)`;
}

/** Many plain events, a millisecond apart, with a change of 32 characters times `width` each. */
export async function seedMany(product: TestProduct, count: number, width = 10): Promise<void> {
  await product.admin`
    insert into audit_event (occurred_at, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
      actor_email, ip, target_type, target_id, target_label, changes, details, version)
    select now() - interval '1 hour' - i * interval '1 millisecond', 1, 'test.seeded', 'SEEDED', 'created', 'DataSource', 'success',
      'user', 'actor', 'm.solberg@halden.example', '203.0.113.9', 'datasource', 'target', 'source ' || i,
      jsonb_build_array(jsonb_build_object('field', 'content', 'before', null, 'after', repeat(md5(i::text), ${width}))), '{}', '0'
    from generate_series(1, ${count}) i`;
}

export async function cookieOf(user: UserPrincipal): Promise<string> {
  const sid = await db().transaction((tx) => startSession(tx, user.accountId, { ip: null, userAgent: null }));
  return `${currentCookieName()}=${await sessionCookieValue(sid)}`;
}

type Route = (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>;

/** Calls a handler of `/exports/<id>` as the server does. */
export async function call(
  route: Route,
  id: string,
  cookie: string | null,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (cookie) headers.set("cookie", cookie);
  const request = new Request(`http://localhost:3000/exports/${id}`, { ...init, headers });
  const context = {
    ip: "203.0.113.7",
    requestId: testRequest.requestId ?? "",
    nonce: "",
    proto: "http" as const,
  };
  return runWithRequest(context, () => route(request, { params: Promise.resolve({ id }) }));
}

type StartInput = {
  scope?: "global" | { guru: string };
  format?: string;
  filter?: Record<string, unknown>;
};

export async function start(
  principal: Principal,
  { scope = "global", format = "csv", filter = {} }: StartInput = {},
) {
  return startExport.execute({ principal, request: testRequest, input: { scope, format, filter } });
}

/** The same where it must succeed. */
export async function started(principal: Principal, input: StartInput = {}) {
  const result = await start(principal, input);
  if (!result.ok) throw new Error(`refused: ${result.code} ${result.message}`);
  if ("repeated" in result) throw new Error("repeated");
  return result.value;
}

/** Waits for something to become true, without a fixed sleep. */
export async function until(what: string, check: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Connections of exports that the server still has. */
export async function copiesRunning(product: TestProduct): Promise<number> {
  const [row] = await product.admin<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity where application_name = 'gurulog export' and datname = current_database()`;
  return row?.n ?? 0;
}

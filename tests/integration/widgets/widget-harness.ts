import * as ask from "@/app/widget/ask/route";
import * as guru from "@/app/widget/guru/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { createWidget } from "@/lib/features/widgets/commands/create-widget";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { type TestProduct, testRequest } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";

const handlers = {
  "GET guru": guru.GET,
  "OPTIONS guru": guru.OPTIONS,
  "POST ask": ask.POST,
  "OPTIONS ask": ask.OPTIONS,
} as const;

export interface WidgetAsking {
  widget?: string | undefined;
  origin?: string | null;
  body?: unknown;
  ip?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Calls a widget's address as a page of another site would. */
export async function call(
  what: keyof typeof handlers,
  { widget, origin = "https://docs.example.com", body, ip = "203.0.113.80", headers, signal }: WidgetAsking,
): Promise<Response> {
  const [method = "", path = ""] = what.split(" ");
  const sent = new Headers({ "content-type": "application/json", "user-agent": "visitor", ...headers });
  if (widget !== undefined) sent.set("authorization", widget);
  if (origin !== null) sent.set("origin", origin);
  const request = new Request(`http://localhost:3000/widget/${path}/`, {
    method,
    headers: sent,
    ...(method === "POST" ? { body: typeof body === "string" ? body : JSON.stringify(body ?? {}) } : {}),
    ...(signal ? { signal } : {}),
  });
  const context = { ip, requestId: mintId(), nonce: "n", proto: "http" as const };
  return runWithRequest(context, () => handlers[what](request, { params: Promise.resolve({}) }));
}

/** A widget made by the real command. @returns its row's id, and what stands in the site's pages */
export async function widgetOf(
  product: TestProduct,
  principal: UserPrincipal,
  slug: string,
  domain: string,
): Promise<{ id: string; publicId: string }> {
  const input = { guru: slug, domain };
  const { id } = done(await createWidget.execute({ principal, request: testRequest, input }));
  const [row] = await product.admin`select public_id from widget where id = ${id}`;
  return { id, publicId: String(row?.public_id) };
}

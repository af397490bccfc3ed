import { unstable_doesMiddlewareMatch } from "next/experimental/testing/server";
import { NextRequest } from "next/server";
import { describe, expect, it } from "vitest";
import middleware, { config } from "@/middleware";

const ORIGIN = "http://localhost:3000";
const ask = (path: string, init: { method?: string; cookie?: string } = {}) => {
  const headers: HeadersInit = init.cookie ? { cookie: init.cookie } : {};
  return middleware(new NextRequest(`${ORIGIN}${path}`, { method: init.method ?? "GET", headers }));
};
const matches = (url: string, headers: Record<string, string> = {}) =>
  unstable_doesMiddlewareMatch({ config, nextConfig: {}, url, headers });

describe("a signed-out browser", () => {
  it.each([
    ["/gurus/a/audit-logs?actor=x&page=2", "/gurus/a/audit-logs?actor=x&page=2"],
    ["/settings/members?_rsc=abc", "/settings/members"],
    ["/", null],
    ["//evil.example/x", null],
  ])("is sent from %s to the sign-in page and back to a path of ours", (path, next) => {
    const answer = ask(path);
    expect(answer.status).toBe(307);
    const target = new URL(answer.headers.get("location") ?? "");
    expect([target.origin, target.pathname, target.searchParams.get("next")]).toEqual([
      ORIGIN,
      "/sign-in",
      next,
    ]);
  });

  it("may post: the action answers", () => {
    expect(ask("/gurus", { method: "POST" }).headers.get("x-middleware-next")).toBe("1");
  });
});

describe("a browser with a session cookie", () => {
  it.each(["gurulog.session=x", "a=b; __Secure-gurulog.session=x"])("goes on: %s", (cookie) => {
    const answer = ask("/gurus", { cookie });
    expect(answer.headers.get("x-middleware-next")).toBe("1");
    expect([...answer.headers.keys()]).toEqual(["x-middleware-next"]);
  });
});

describe("the middleware", () => {
  it.each([
    "/",
    "/gurus",
    "/gurus/a/audit-logs",
    "/settings/audit-logs",
    "/browse/repo/file.ts",
    "/apidocs",
    "/signin",
  ])("sees %s, prefetched or not", (url) => {
    expect(matches(url)).toBe(true);
    expect(matches(url, { "next-router-prefetch": "1", purpose: "prefetch" })).toBe(true);
  });

  it.each([
    "/api/ee/audit",
    "/api/ee/audit/",
    "/_next/static/x.js",
    "/exports/x",
    "/uploads",
    "/uploads/x",
    "/widget/ask/",
    "/widget.js",
    "/favicon.ico",
    "/icons/a.svg",
    "/sign-in",
    "/register",
    "/onboarding",
    "/invite/token",
    "/.well-known/x",
  ])("stays out of %s", (url) => {
    expect(matches(url)).toBe(false);
  });
});

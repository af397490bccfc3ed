import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, call, type Started, startFront } from "./front-harness";

const COOKIE = { cookie: "theme=dark; gurulog.session=abc" };
const SECURE_COOKIE = { cookie: "__Secure-gurulog.session=abc" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const MULTIPART = { "content-type": "multipart/form-data; boundary=x" };
const ACTION = { "next-action": "40abc", "content-type": "text/plain;charset=UTF-8" };
const UNSAFE = ["POST", "PUT", "PATCH", "DELETE"];

let published: Started;
let plain: Started;
let proxied: Started;
beforeAll(async () => {
  published = await startFront({ publicUrl: "https://log.example.com" });
  plain = await startFront();
  proxied = await startFront({ trust: "127.0.0.1/32" });
});
afterAll(() => Promise.all([published, plain, proxied].map(({ close }) => close())));

const status = async ({ port }: Started, options: Call) =>
  (await call(port, { method: "POST", ...options })).status;

const guarded: ReadonlyArray<readonly [string, Call]> = [
  ...UNSAFE.map(
    (method) => [`${method} with our cookie`, { method, path: "/api/x", headers: COOKIE }] as const,
  ),
  ...UNSAFE.map((method) => [`${method} of a page`, { method, path: "/sign-in", headers: FORM }] as const),
  ["a method of another standard", { method: "PROPFIND", path: "/", headers: COOKIE }],
  ["the cookie of https", { path: "/api/x", headers: SECURE_COOKIE }],
  ["a server action", { path: "/gurus", headers: ACTION }],
  ["a server action posted to the API", { path: "/api/x", headers: ACTION }],
  ["a server action with an API key", { path: "/gurus", headers: { ...ACTION, "x-api-key": "k" } }],
  ["a form without JavaScript", { path: "/register", headers: MULTIPART }],
  ["a cookie beside an API key", { path: "/api/x", headers: { ...COOKIE, authorization: "Bearer k" } }],
  ["an encoded API path", { path: "/%61pi/x", headers: FORM }],
  ["a path that only begins like an open one", { path: "/widgets", headers: FORM }],
  ["a webhook that is none", { path: "/api/webhooksx", headers: COOKIE }],
];
const wrong: ReadonlyArray<readonly [string, string | undefined]> = [
  ["no Origin", undefined],
  ["null", "null"],
  ["another site", "https://evil.example"],
  ["our name as a prefix", "https://log.example.com.evil.example"],
  ["our name as a suffix", "https://evil-log.example.com"],
  ["a sub-domain", "https://a.log.example.com"],
  ["another scheme", "http://log.example.com"],
  ["another port", "https://log.example.com:8443"],
  ["a path", "https://log.example.com/"],
  ["two origins", "https://log.example.com, https://evil.example"],
  ["nothing", ""],
];

describe.each(guarded)("%s", (_name, options) => {
  it("passes from our own pages", async () => {
    const headers = { ...options.headers, origin: "https://log.example.com" };
    expect(await status(published, { ...options, headers })).toBe(200);
  });

  it("is refused from anywhere else", async () => {
    for (const [name, origin] of wrong) {
      const headers = {
        ...options.headers,
        ...(origin === undefined ? {} : { origin }),
        host: "log.example.com",
      };
      expect(await status(published, { ...options, headers }), name).toBe(403);
    }
  });
});

describe("requests that prove themselves otherwise need no Origin", () => {
  it.each([
    ["an API key", { path: "/api/search", headers: { "x-sourcebot-api-key": "k" } }],
    ["an API key of the other family", { path: "/api/v1/g/answer/", headers: { "x-api-key": "k" } }],
    ["a bearer token", { path: "/api/search", headers: { authorization: "Bearer k" } }],
    ["an API call without a key, which answers 401 itself", { path: "/api/search" }],
    ["an API key on an export", { path: "/exports/x", headers: { "x-api-key": "k" } }],
    ["a webhook", { path: "/api/webhooks/slack", headers: { origin: "https://evil.example" } }],
    ["a widget", { path: "/widget/ask/", headers: { origin: "https://other.example", authorization: "w" } }],
    ["reading", { method: "GET", path: "/", headers: { ...COOKIE, origin: "https://evil.example" } }],
    ["HEAD", { method: "HEAD", path: "/", headers: COOKIE }],
    [
      "a preflight",
      { method: "OPTIONS", path: "/widget/ask/", headers: { origin: "https://other.example" } },
    ],
  ] satisfies ReadonlyArray<readonly [string, Call]>)("%s", async (_name, options) => {
    expect(await status(published, options)).toBe(200);
  });
});

describe("without GURULOG_URL", () => {
  it("the Host header says who we are, under either scheme", async () => {
    const ask = (host: string, origin: string) =>
      status(plain, { path: "/x", headers: { ...FORM, host, origin } });
    expect(await ask("localhost:3000", "http://localhost:3000")).toBe(200);
    expect(await ask("LOCALHOST:3000", "http://localhost:3000")).toBe(200);
    expect(await ask("log.example.com", "https://log.example.com")).toBe(200);
    expect(await ask("log.example.com:80", "http://log.example.com")).toBe(200);
    expect(await ask("[::1]:3000", "http://[::1]:3000")).toBe(200);
    expect(await ask("localhost:3000", "http://127.0.0.1:3000")).toBe(403);
    expect(await ask("localhost:3000", "http://localhost")).toBe(403);
    expect(await ask("localhost:3000", "ftp://localhost:3000")).toBe(403);
  });

  it("a forwarded host counts from a trusted proxy only", async () => {
    const headers = { ...FORM, origin: "https://evil.example", "x-forwarded-host": "evil.example" };
    expect(await status(plain, { path: "/x", headers })).toBe(403);
    expect(await status(proxied, { path: "/x", headers })).toBe(200);
  });
});

describe("the refusal", () => {
  it("is JSON for the API and plain text elsewhere, says what to do and carries the security headers", async () => {
    const page = await call(published.port, {
      method: "POST",
      path: "/gurus",
      headers: COOKIE,
      body: "x".repeat(9_000),
    });
    const api = await call(published.port, { method: "POST", path: "/api/search", headers: COOKIE });
    const v1 = await call(published.port, { method: "POST", path: "/api/v1/g/answer/", headers: COOKIE });
    expect(page.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(page.text).toContain("Reload the page");
    expect(page.text).toContain(String(page.headers["x-request-id"]));
    expect(page.headers).toMatchObject({ "x-frame-options": "DENY", "cache-control": "no-store" });
    expect(JSON.parse(api.text)).toEqual({
      statusCode: 403,
      errorCode: "ORIGIN_NOT_ALLOWED",
      message: expect.stringContaining("GURULOG_URL"),
    });
    expect(JSON.parse(v1.text)).toEqual({ msg: expect.stringContaining("Reload") });
  });
});

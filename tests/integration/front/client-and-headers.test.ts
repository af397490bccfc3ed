import http from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { currentRequest } from "@/lib/platform/request-context";
import { call, connect, echo, type Started, startFront } from "./front-harness";

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LIES = {
  "x-forwarded-for": "6.6.6.6",
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "https",
  "x-forwarded-port": "666",
  "x-forwarded-anything": "evil",
  forwarded: "for=6.6.6.6",
  "x-real-ip": "6.6.6.6",
  "x-client-ip": "6.6.6.6",
  "cf-connecting-ip": "6.6.6.6",
  "true-client-ip": "6.6.6.6",
  "x-middleware-subrequest": "middleware:middleware",
  "x-middleware-rewrite": "/evil",
  "x-middleware-override-headers": "cookie",
  "x-nextjs-data": "1",
  "x-now-route-matches": "evil",
  "x-matched-path": "/evil",
  "x-invoke-path": "/evil",
  "x-prerender-revalidate": "evil",
  "next-resume": "1",
  "next-cache-revalidated-tags": "evil",
  "x-action-forwarded": "1",
  "x-original-url": "/evil",
  "x-rewrite-url": "/evil",
  "x-http-method-override": "DELETE",
  "x-gl-00000000000000000000000000000000": "6.6.6.6",
  "x-request-id": "evil",
  "content-security-policy": "script-src 'nonce-evil'",
  "content-security-policy-report-only": "script-src 'nonce-evil'",
};
const KEPT = {
  rsc: "1",
  "next-url": "/here",
  "next-router-prefetch": "1",
  "next-router-state-tree": "%5B%5D",
  "next-router-segment-prefetch": "/_tree",
  "user-agent": "test",
};

let plain: Started;
let proxied: Started;
let published: Started;
beforeAll(async () => {
  plain = await startFront();
  proxied = await startFront({ trust: "127.0.0.0/8" });
  published = await startFront({ publicUrl: "https://log.example.com" });
});
afterAll(() => Promise.all([plain, proxied, published].map(({ close }) => close())));

describe("what a client says of itself", () => {
  it("never reaches the application, while Next's browser protocol does", async () => {
    const seen = (await call(plain.port, { headers: { ...LIES, ...KEPT } })).echo();
    for (const [name, value] of Object.entries(LIES)) {
      expect(seen.headers[name], name).not.toBe(value);
      expect(seen.rawHeaders.includes(value) && !["1", "https"].includes(value), name).toBe(false);
    }
    expect(seen.headers).toMatchObject(KEPT);
    expect(seen.headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": `127.0.0.1:${plain.port}`,
      "x-request-id": seen.context.requestId,
    });
    expect(seen.context).toMatchObject({ ip: "127.0.0.1", proto: "http" });
  });

  it("is dropped in any case and when repeated", async () => {
    const { closed } = await connect(
      plain.port,
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-FORWARDED-FOR: 6.6.6.6\r\nx-Forwarded-For: 7.7.7.7\r\nX-Real-Ip: 6.6.6.6\r\n\r\n",
    );
    const answer = await closed;
    expect(answer).toContain('"ip":"127.0.0.1"');
    expect(answer).not.toMatch(/6\.6\.6\.6|7\.7\.7\.7/);
  });

  it("counts from a trusted proxy: the address from the right, and scheme and host", async () => {
    const seen = (
      await call(proxied.port, {
        headers: {
          "x-forwarded-for": "6.6.6.6, 198.51.100.7, 127.0.0.9",
          "x-forwarded-proto": "https",
          "x-forwarded-host": "Log.Example.com:443",
        },
      })
    ).echo();
    expect(seen.context).toMatchObject({ ip: "198.51.100.7", proto: "https" });
    expect(seen.headers["x-forwarded-host"]).toBe("log.example.com");
    expect(seen.headers["x-forwarded-for"]).toBe("198.51.100.7");
  });

  it("gives way to GURULOG_URL for scheme and host", async () => {
    const seen = (await call(published.port)).echo();
    expect(seen.context.proto).toBe("https");
    expect(seen.headers).toMatchObject({
      "x-forwarded-proto": "https",
      "x-forwarded-host": "log.example.com",
    });
  });
});

describe("the current request", () => {
  it("is the right one in 300 requests at once", async () => {
    const addresses = Array.from(
      { length: 300 },
      (_, i) => `198.51.${100 + (i % 100)}.${1 + Math.floor(i / 100)}`,
    );
    const answers = await Promise.all(
      addresses.map((ip) =>
        call(proxied.port, {
          method: "POST",
          path: "/api/x",
          headers: { "x-forwarded-for": ip },
          body: "hello",
        }),
      ),
    );
    const contexts = answers.map((answer) => answer.echo().context);
    expect(contexts.map(({ ip }) => ip)).toEqual(addresses);
    expect(new Set(contexts.map(({ requestId }) => requestId)).size).toBe(300);
    expect(new Set(contexts.map(({ nonce }) => nonce)).size).toBe(300);
    expect(answers.map((answer) => answer.headers["x-request-id"])).toEqual(contexts.map((c) => c.requestId));
    expect(contexts.map(({ requestId }) => requestId).filter((id) => !UUID4.test(id))).toEqual([]);
  });

  it("does not exist outside a request", () => {
    expect(() => currentRequest()).toThrow("npm start");
  });

  it("goes along with a request that the application sends to its own server, and only with that", async () => {
    // As Next does for the page after an action's redirect: the headers of the first request, a new connection.
    const own = await startFront({
      trust: "127.0.0.0/8",
      handle: async (req, res) => {
        if (req.url !== "/outer") return echo(req, res);
        const headers = { ...(req.headers as Record<string, string>), "next-cache-revalidated-tags": "t" };
        const tampered = Object.fromEntries(
          Object.entries(headers).map(([k, v]) => [
            k,
            k.startsWith("x-gl-") ? `${v.slice(0, 9)}A${v.slice(10)}` : v,
          ]),
        );
        const inner = await call(own.port, { path: "/inner", headers });
        const forged = await call(own.port, {
          path: "/inner",
          headers: { ...tampered, "x-forwarded-for": "6.6.6.6" },
        });
        const outer = currentRequest();
        res.end(JSON.stringify({ outer, inner: inner.echo(), forged: forged.echo() }));
      },
    });
    const answer = await call(own.port, {
      path: "/outer",
      headers: {
        "x-forwarded-for": "198.51.100.7",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "log.example.com",
      },
    });
    await own.close();
    const { outer, inner, forged } = JSON.parse(answer.text);
    expect(inner.context).toMatchObject({ ip: "198.51.100.7", proto: "https", requestId: outer.requestId });
    expect(inner.context.nonce).not.toBe(outer.nonce);
    expect(inner.headers).toMatchObject({
      "x-forwarded-host": "log.example.com",
      "next-cache-revalidated-tags": "t",
    });
    expect(forged.context.ip).toBe("6.6.6.6");
    expect(forged.context.requestId).not.toBe(outer.requestId);
    expect(forged.headers["next-cache-revalidated-tags"]).toBeUndefined();
  });
});

describe("security headers", () => {
  it("carry one nonce on request and response, another for each request", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const answers = [await call(plain.port, { agent }), await call(plain.port, { agent })];
    agent.destroy();
    const nonces = answers.map((answer) => {
      const { context, headers } = answer.echo();
      expect(answer.headers["content-security-policy"]).toBe(headers["content-security-policy"]);
      expect(headers["content-security-policy"]).toContain(
        `script-src 'self' 'nonce-${context.nonce}' 'strict-dynamic'`,
      );
      expect(Buffer.from(context.nonce, "base64")).toHaveLength(16);
      return context.nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it.each(["/", "/api/x", "/_next/static/a.js", "/.well-known/x/"])(
    "stand on every answer: %s",
    async (path) => {
      const { headers, echo: seen } = await call(plain.port, { path });
      expect(seen().url).toBe(path);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
      });
      expect(headers["content-security-policy"]).toMatch(
        /default-src 'self'.*object-src 'none'.*frame-ancestors 'none'/,
      );
      expect(headers["permissions-policy"]).toContain("camera=()");
      expect(headers["cache-control"]).toBeUndefined();
    },
  );

  it("demand https only when GURULOG_URL is https", async () => {
    expect((await call(published.port)).headers["strict-transport-security"]).toMatch(/^max-age=\d{8,}$/);
    expect((await call(plain.port)).headers["strict-transport-security"]).toBeUndefined();
    const lied = await call(proxied.port, { headers: { "x-forwarded-proto": "https" } });
    expect(lied.headers["strict-transport-security"]).toBeUndefined();
  });

  it("stand on the answer to a handler that fails, which tells nothing of the error", async () => {
    const failing = await startFront({ handle: async () => Promise.reject(new Error("secret detail")) });
    const page = await call(failing.port);
    const api = await call(failing.port, { path: "/api/ee/audit" });
    await failing.close();
    expect([page.status, api.status, failing.errors.length]).toEqual([500, 500, 2]);
    expect(page.headers).toMatchObject({
      "x-frame-options": "DENY",
      "x-request-id": expect.stringMatching(UUID4),
    });
    expect(page.text).toContain(String(page.headers["x-request-id"]));
    expect(page.text + api.text).not.toContain("secret detail");
    expect(JSON.parse(api.text)).toMatchObject({ statusCode: 500, errorCode: "UNEXPECTED_ERROR" });
  });
});

describe("addresses that Next would read differently than the front", () => {
  it.each([
    "/widget/../settings",
    "/widget/%2e%2E/settings",
    "/widget/.%2e",
    "/gurus/%",
    "/gurus/%zz",
    "/gurus/%ff",
    "/widget/./x",
    "/api/webhooks\\..\\x",
    "http://evil.example/x",
    "*",
  ])("are refused: %s", async (path) => {
    const { closed } = await connect(
      plain.port,
      `OPTIONS ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(await closed).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each(["", "evil/x", "a b", "a,b", "user@host", "host:port", "[::1"])(
    "Host %j is refused",
    async (host) => {
      const { closed } = await connect(
        plain.port,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(await closed).toMatch(/^HTTP\/1\.1 400 /);
    },
  );

  it("answers health probes of HTTP/1.0, which send no Host, when GURULOG_URL says who we are", async () => {
    const probe = async ({ port }: Started) => (await connect(port, "GET / HTTP/1.0\r\n\r\n")).closed;
    expect(await probe(published)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await probe(plain)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("leaves dots inside names, repeated dots and encoded slashes alone", async () => {
    for (const path of ["/browse/a..b/.github/x.ts", "/browse/a%2Fb", "/x?next=/../y", "/a/.../b"]) {
      expect((await call(plain.port, { path })).echo().url).toBe(path);
    }
  });
});

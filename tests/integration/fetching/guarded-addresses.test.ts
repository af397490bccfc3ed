import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FetchOptions, guardedFetch } from "@/lib/platform/fetching/guarded-fetch";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { get, problemOf, redirect, textOf } from "./fetches";
import { serve } from "./servers";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

describe("a redirect", () => {
  it("is followed three times and not a fourth", async () => {
    const host = await serve((req, res) => {
      const left = Number(req.url?.slice(1));
      if (left > 0) redirect(res, `/${left - 1}`, [301, 303, 307, 308][left]);
      else res.end("there");
    });
    const got = await get(`${host.origin}/3`);
    expect([String(got.body), got.url.pathname]).toEqual(["there", "/0"]);
    expect(await problemOf(get(`${host.origin}/4`))).toBe("redirects");
    expect(await problemOf(get(`${host.origin}/9999`))).toBe("redirects");
  });

  it.each([
    ["file:///etc/passwd", "scheme"],
    ["ftp://127.0.0.1/", "scheme"],
    ["javascript:alert(1)", "scheme"],
    ["http://name:word@127.0.0.1/", "credentials"],
    ["http://127.0.0.1:25/", "port"],
    ["http://[::1]:8080/", "address"],
    ["http://169.254.169.254/latest/meta-data/", "address"],
    ["http://2852039166/", "address"],
    ["http://[::ffff:a9fe:a9fe]/", "address"],
    ["http://0/", "address"],
  ])("to %s is refused", async (to, problem) => {
    const host = await serve((_, res) => redirect(res, to));
    expect(await problemOf(get(host.origin))).toBe(problem);
  });

  it("back to the first host tells the address of that host, not of the one between", async () => {
    const resolve = async (hostname: string) => [
      { address: hostname === "first.example" ? "127.0.0.1" : "127.0.0.2", family: 4 },
    ];
    const between = await serve(
      (_, res) => redirect(res, `http://first.example:${first.port}/end`),
      "0.0.0.0",
    );
    const first = await serve((req, res) => {
      if (req.url === "/end") res.end("there");
      else redirect(res, `http://between.example:${between.port}/`);
    });
    const got = await get(`http://first.example:${first.port}/`, { resolve });
    expect([String(got.body), got.address, between.connections()]).toEqual(["there", "127.0.0.1", 1]);
  });

  it("takes no credentials along to another origin", async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((req, res) => res.end(String(seen.push(req.headers.authorization))));
    const host = await serve((req, res) => {
      seen.push(req.headers.authorization);
      redirect(res, req.url === "/" ? "/next" : other.origin);
    });
    await get(host.origin, { authorization: "Basic canary" });
    expect(seen).toEqual(["Basic canary", "Basic canary", undefined]);
  });
});

describe("a closed address", () => {
  const closedTo =
    (hostname: string, options: FetchOptions = {}) =>
    async () => {
      const host = await serve((_, res) => res.end("secret"), "0.0.0.0");
      expect(
        await problemOf(guardedFetch(`http://${hostname}:${host.port}/`, { opened: "", ...options })),
      ).toBe("address");
      expect(host.connections()).toBe(0);
    };

  for (const hostname of ["127.0.0.1", "2130706433", "0177.1", "0x7f000001", "0", "[::ffff:127.0.0.1]"])
    it(`is not connected to as ${hostname}`, closedTo(hostname));

  it("is not connected to by name, by the machine's own resolver", closedTo("localhost"));

  it(
    "is not connected to when it is one of several of a name",
    closedTo("mixed.example", {
      opened: "127.0.0.1/32",
      resolve: async () => [
        { address: "127.0.0.1", family: 4 },
        { address: "127.0.0.2", family: 4 },
      ],
    }),
  );

  it("is found out at the very connection: a name that changes between two (rebinding)", async () => {
    const answers = ["127.0.0.1", "127.0.0.2"];
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return [{ address: answers[asked.length - 1] ?? "127.0.0.2", family: 4 }];
    };
    const second = await serve((_, res) => res.end("secret"), "0.0.0.0");
    const first = await serve((_, res) => redirect(res, `http://rebinding.example:${second.port}/`));
    const fetching = guardedFetch(`http://rebinding.example:${first.port}/`, {
      opened: "127.0.0.1/32",
      resolve,
    });
    expect(await problemOf(fetching)).toBe("address");
    expect([asked.length, first.connections(), second.connections()]).toEqual([2, 1, 0]);
  });

  it("is connected to by the answer that was judged, not by a second one", async () => {
    let asked = 0;
    const resolve = async () => [{ address: asked++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
    const host = await serve((_, res) => res.end("judged"));
    expect(await textOf(`http://once.example:${host.port}/`, { opened: "127.0.0.1/32", resolve })).toBe(
      "judged",
    );
    expect(asked).toBe(1);
  });
});

describe("a server that is not there", () => {
  it("is named so, as is one that refuses or does not speak TLS", async () => {
    const nobody = async () => {
      throw Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    };
    expect(await problemOf(get("http://nobody.example/", { resolve: nobody }))).toBe("unknown_host");
    expect(await problemOf(get("http://nobody.example/", { resolve: async () => [] }))).toBe("unknown_host");
    const host = await serve((_, res) => res.end());
    expect(await problemOf(get(`https://127.0.0.1:${host.port}/`))).toBe("certificate");
    await host.close();
    expect(await problemOf(get(host.origin))).toBe("unreachable");
  });
});

describe("a proxy of the environment", () => {
  const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"];
  afterEach(() => {
    for (const name of names) delete process.env[name];
  });

  it("is not used: it would connect past the guard", async () => {
    const proxy = await serve((_, res) => res.end("by the proxy"));
    for (const name of names) process.env[name] = proxy.origin;
    const host = await serve((_, res) => res.end("itself"));
    expect(await textOf(host.origin)).toBe("itself");
    expect(proxy.connections()).toBe(0);
  });
});

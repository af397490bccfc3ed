import type { ServerResponse } from "node:http";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { get, problemOf, redirect, textOf } from "./fetches";
import { serve, serveBytes } from "./servers";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

const mebibyte = 1024 * 1024;

describe("an answer", () => {
  it("comes with its status, headers and the address it came from", async () => {
    const host = await serve((req, res) => {
      res.setHeader("content-type", "text/plain");
      res.statusCode = 404;
      res.end(`no ${req.url} ${req.headers["accept-encoding"]} ${req.headers["user-agent"]}`);
    });
    const got = await get(`${host.origin}/page?x=1#part`);
    expect(got).toMatchObject({ status: 404, address: "127.0.0.1" });
    expect(got.url.href).toBe(`${host.origin}/page?x=1`);
    expect(got.header("content-type")).toBe("text/plain");
    expect(String(got.body)).toBe("no /page?x=1 gzip, deflate Gurulog/0.1.0");
  });

  it.each([
    ["gzip", gzipSync("packed")],
    ["x-gzip", gzipSync("packed")],
    ["deflate", deflateSync("packed")],
    ["deflate", deflateRawSync("packed")],
    ["identity", Buffer.from("packed")],
  ])("packed as %s is unpacked", async (encoding, body) => {
    const host = await serve((_, res) => res.setHeader("content-encoding", encoding).end(body));
    expect(await textOf(host.origin)).toBe("packed");
  });

  it.each([
    ["br", Buffer.from([0x0b, 0x02, 0x80, 0x78, 0x03])],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
    ["gzip, gzip", gzipSync(gzipSync("twice"))],
    ["gzip", Buffer.from("not packed at all")],
  ])("packed as %s, which was not asked for or is broken, is refused", async (encoding, body) => {
    const host = await serve((_, res) => res.setHeader("content-encoding", encoding).end(body));
    expect(await problemOf(get(host.origin))).toBe("encoding");
  });

  it("packed and cut off is refused", async () => {
    const host = await serve((_, res) =>
      res.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(9_999, "x")).subarray(0, 20)),
    );
    expect(await problemOf(get(host.origin))).toBe("broken_off");
  });

  it("that inflates to more than 10 MB is refused, and exactly 10 MB is taken", async () => {
    const host = await serve((req, res) =>
      res
        .setHeader("content-encoding", "gzip")
        .end(gzipSync(Buffer.alloc(10 * mebibyte + (req.url === "/more" ? 1 : 0)))),
    );
    expect((await get(`${host.origin}/exact`)).body.length).toBe(10 * mebibyte);
    expect(await problemOf(get(`${host.origin}/more`))).toBe("too_large");
  });

  it("that never ends is cut at 10 MB", async () => {
    const piece = Buffer.alloc(mebibyte);
    const host = await serve((_, res) => {
      const more = () => {
        while (!res.destroyed && res.write(piece));
        if (!res.destroyed) res.once("drain", more);
      };
      more();
    });
    expect(await problemOf(get(host.origin))).toBe("too_large");
  });

  it("that says it is larger than 10 MB is not even begun", async () => {
    const host = await serveBytes((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${11 * mebibyte}\r\n\r\n`),
    );
    expect(await problemOf(get(host.origin))).toBe("too_large");
  });

  it("shorter than it says is refused", async () => {
    const host = await serveBytes((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this"),
    );
    expect(await problemOf(get(host.origin))).toBe("broken_off");
  });

  it("longer than it says gives nothing of what follows", async () => {
    const host = await serveBytes((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npageHTTP/1.1 200 OK\r\n\r\nsmuggled"),
    );
    expect(await textOf(host.origin)).toBe("page");
  });

  it.each([
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\npage!"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n",
    ],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["no status", "HTTP/1.1 OK\r\n\r\n"],
  ])("with %s is refused", async (_, bytes) => {
    const host = await serveBytes((socket) => socket.end(bytes));
    expect(await problemOf(get(host.origin))).toBe("protocol");
  });

  it("whose header lines never end is refused", async () => {
    const host = await serveBytes((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write(`x-more: ${"y".repeat(1_000)}\r\n`));
        if (!socket.destroyed) socket.once("drain", more);
      };
      more();
    });
    expect(await problemOf(get(host.origin))).toBe("protocol");
  });
});

describe("time", () => {
  it.each([
    ["nothing", (res: ServerResponse) => void res],
    ["headers and no body", (res: ServerResponse) => void res.write("begin")],
  ])("ends a fetch that gets %s", async (_, answer) => {
    const host = await serve((_req, res) => answer(res));
    expect(await problemOf(get(host.origin, { timeoutMs: 200 }))).toBe("timeout");
  });

  it("is for all of it: a byte now and then does not prolong it", async () => {
    const host = await serve((_, res) => {
      const timer = setInterval(() => res.write("."), 20);
      res.on("close", () => clearInterval(timer));
    });
    expect(await problemOf(get(host.origin, { timeoutMs: 300 }))).toBe("timeout");
  });

  it("is for all redirects together", async () => {
    const host = await serve((req, res) => {
      setTimeout(() => redirect(res, `${req.url}x`), 100);
    });
    expect(await problemOf(get(`${host.origin}/`, { timeoutMs: 250 }))).toBe("timeout");
  });

  it("ends a name server that does not answer", async () => {
    const resolve = () => new Promise<never>(() => {});
    expect(await problemOf(get("http://slow.example/", { resolve, timeoutMs: 200 }))).toBe("timeout");
  });

  it("of the caller is the caller's: their own reason comes back", async () => {
    const host = await serve(() => {});
    const stopping = new AbortController();
    const fetching = get(host.origin, { signal: stopping.signal });
    stopping.abort(new Error("the worker stops"));
    await expect(fetching).rejects.toThrow("the worker stops");
  });
});

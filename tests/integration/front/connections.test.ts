import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, connect, echo, type Started, startFront, until } from "./front-harness";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n";
const LIMITS = { headersMs: 400, keepAliveMs: 300, bodyMs: 400 };

let front: Started;
let handled = 0;
beforeAll(async () => {
  front = await startFront({
    limits: LIMITS,
    handle: (req, res) => {
      handled += 1;
      return echo(req, res);
    },
  });
});
afterAll(() => front.close());

describe("a client that holds a connection open", () => {
  it("is cut when its headers do not end in time", async () => {
    const silent = await connect(front.port);
    const slow = await connect(front.port, GET);
    const trickle = setInterval(() => slow.socket.writable && slow.socket.write("x: y\r\n"), 50);
    expect(await slow.closed).toMatch(/^HTTP\/1\.1 408 [\s\S]*x-content-type-options: nosniff/);
    clearInterval(trickle);
    expect(await silent.closed).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it("is cut when it asks for nothing more", async () => {
    const { closed } = await connect(front.port, `${GET}\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("500 times over does not keep others from being served", async () => {
    const held = await startFront({ limits: { headersMs: 20_000 } });
    const open = await Promise.all(
      Array.from({ length: 500 }, (_, i) => connect(held.port, i % 2 ? GET : "")),
    );
    const started = Date.now();
    for (let i = 0; i < 50; i += 1) expect((await call(held.port)).status).toBe(200);
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(open.filter(({ socket }) => socket.destroyed)).toEqual([]);
    for (const { socket } of open) socket.destroy();
    await held.close();
  });
});

describe("a request that is no request", () => {
  it.each([
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello"],
    ["the same length twice", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello"],
    ["a list of lengths", "Content-Length: 5, 5\r\n", "hello"],
    ["a length with a sign", "Content-Length: +5\r\n", "hello"],
    ["length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"],
    ["chunks and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"],
    ["an encoding after the chunks", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"],
    ["two encodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n"],
    ["a space before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"],
    ["a folded header", "X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"],
    ["a bare line feed", "X: y\nContent-Length: 5\r\n", "hello"],
    ["a bad chunk size", "Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["a NUL in a header", "X: a\0b\r\n", ""],
  ])("is refused, with what follows it: %s", async (_name, headers, body) => {
    const before = handled;
    const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const { closed } = await connect(
      front.port,
      `POST /api/x HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}${smuggled}`,
    );
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer).not.toContain("smuggled");
    // A bad chunk is found after the headers, so the application may have begun; it never gets a whole request.
    expect(handled - before).toBeLessThanOrEqual(_name === "a bad chunk size" ? 1 : 0);
  });

  it("is refused with more than 16 KiB of headers", async () => {
    const { closed } = await connect(front.port, `${GET}x: ${"y".repeat(17_000)}\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("is served plainly when it asks for an upgrade, whatever the application registered", async () => {
    const upgrades: string[] = [];
    const upgrading = await startFront({
      handle: (req, res) => {
        const server = (req.socket as unknown as { server: NodeJS.EventEmitter }).server;
        server.on("upgrade", (upgrade: IncomingMessage) => upgrades.push(upgrade.url ?? ""));
        return echo(req, res);
      },
    });
    await call(upgrading.port);
    const { closed } = await connect(
      upgrading.port,
      `${GET}Connection: Upgrade, close\r\nUpgrade: websocket\r\nX-Real-IP: 6.6.6.6\r\n\r\n`,
    );
    const answer = await closed;
    await upgrading.close();
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain("6.6.6.6");
    expect(upgrades).toEqual([]);
  });
});

describe("an answer in pieces", () => {
  function* mebibytes(count: number) {
    for (let i = 0; i < count; i += 1) yield Buffer.alloc(1024 * 1024, "x");
  }
  // Ends when the reader has gone, as a real export does; that it was cut is what the tests look at.
  const stream = (res: ServerResponse) => pipeline(mebibytes(400), res).catch(() => {});

  it("is cut when its reader stops, and kept when its reader is slow", async () => {
    let open = 0;
    const exporting = await startFront({
      limits: { stalledMs: 1_000 },
      handle: async (_req, res) => {
        open += 1;
        await stream(res);
        open -= 1;
      },
    });
    const stalled = await connect(exporting.port);
    stalled.socket.pause().write(`${GET}\r\n`);
    const slow = await connect(exporting.port);
    let slept = Date.now();
    slow.socket.removeAllListeners("data").on("data", () => {
      slow.socket.pause();
      slept = Date.now();
      setTimeout(() => slow.socket.resume(), 10);
    });
    slow.socket.write(`${GET}\r\n`);
    await until(() => open === 2, "both are being answered");
    await until(() => open === 1, "the stalled reader is cut");
    const later = Date.now() + 3_000;
    await until(() => Date.now() > later, "three times the limit passes");
    expect(open).toBe(1);
    const then = slept;
    await until(() => slept > then, "the slow one still gets data");
    slow.socket.destroy();
    stalled.socket.destroy();
    await until(() => open === 0, "the application notices that the reader has gone");
    await exporting.close();
  });

  it("is finished when the server closes, while new connections are refused and idle ones ended", async () => {
    const gate: { open?: () => void } = {};
    const closing = await startFront({
      limits: { keepAliveMs: 60_000 },
      handle: async (req, res) => {
        if (req.url === "/idle") return echo(req, res);
        res.write("first ");
        await new Promise<void>((resolve) => {
          gate.open = resolve;
        });
        res.end("last");
      },
    });
    const idle = await connect(closing.port, "GET /idle HTTP/1.1\r\nHost: a\r\n\r\n");
    const running = await connect(closing.port, `${GET}\r\n`);
    await until(
      () => running.received().includes("first") && idle.received().includes("200"),
      "both are answered",
    );
    const started = Date.now();
    const closed = closing.close();
    await idle.closed;
    await expect(call(closing.port)).rejects.toThrow("ECONNREFUSED");
    expect(running.socket.destroyed).toBe(false);
    gate.open?.();
    expect(await running.closed).toContain("last");
    await closed;
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it("that does not finish is cut when the time for closing is over", async () => {
    const closing = await startFront({
      limits: { closeMs: 300 },
      handle: (_req, res) => new Promise(() => res.write("for ever")),
    });
    const running = await connect(closing.port, `${GET}\r\n`);
    await until(() => running.received().includes("for ever"), "the answer has begun");
    await closing.close();
    expect(await running.closed).not.toContain("0\r\n\r\n");
  });

  it("ends short, never whole, when the application fails in the middle of it", async () => {
    const failing = await startFront({
      handle: async (_req, res) => {
        res.write("half");
        throw new Error("midway");
      },
    });
    const { closed } = await connect(failing.port, `${GET}\r\n`);
    expect(await closed).not.toContain("\r\n0\r\n\r\n");
    expect(failing.errors).toHaveLength(1);
    await failing.close();
  });
});

describe("a taken port", () => {
  it("is told to whoever starts the server", async () => {
    await expect(startFront({ port: front.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, connect, type Started, startFront, until } from "./front-harness";

const KIB = 1024;
const LIMITS = { bodyBytes: 64 * KIB, uploadBytes: 1024 * KIB, bodyMs: 400, uploadMs: 3_000, headersMs: 500 };

/** What the application made of each body: its size, or the error with which it ended. */
const outcomes = new Map<string, number | "error">();
async function consume(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = req.url ?? "";
  let size = 0;
  try {
    for await (const chunk of req) size += (chunk as Buffer).length;
  } catch (error) {
    outcomes.set(url, "error");
    throw error;
  }
  outcomes.set(url, size);
  res.end(`read ${size}`);
}

let front: Started;
beforeAll(async () => {
  front = await startFront({ handle: consume, limits: LIMITS });
});
afterAll(() => front.close());

const post = (path: string, bytes: number, headers: Record<string, string> = {}) =>
  call(front.port, {
    method: "POST",
    path,
    headers: { origin: `http://127.0.0.1:${front.port}`, ...headers },
    body: Buffer.alloc(bytes, "x"),
  });
const head = (path: string, ...lines: string[]) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;
const CHUNKED = "Transfer-Encoding: chunked";
const ended = (path: string) => until(() => outcomes.has(path), `the application sees the end of ${path}`);

describe("a body", () => {
  it("passes up to the limit, declared or chunked", async () => {
    expect((await post("/api/full", 64 * KIB)).text).toBe(`read ${64 * KIB}`);
    expect((await post("/api/chunked", 64 * KIB, { "transfer-encoding": "chunked" })).text).toBe(
      `read ${64 * KIB}`,
    );
  });

  it("declared larger is refused before a byte of it is read and before the application hears of it", async () => {
    const { received, closed } = await connect(
      front.port,
      head("/api/declared", `Content-Length: ${64 * KIB + 1}`),
    );
    await until(() => received().includes("\r\n\r\n{"), "the answer arrives without any of the body");
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(received()).toContain('"errorCode":"REQUEST_TOO_LARGE"');
    await closed;
    expect(outcomes.has("/api/declared")).toBe(false);
  });

  it("announced with Expect is refused instead of asked for", async () => {
    const refused = await connect(
      front.port,
      head("/api/expect", `Content-Length: ${64 * KIB + 1}`, "Expect: 100-continue"),
    );
    expect(await refused.closed).toMatch(/^HTTP\/1\.1 413 /);
    const accepted = await connect(
      front.port,
      head("/api/expect-ok", "Content-Length: 5", "Expect: 100-continue", "Connection: close"),
    );
    await until(() => accepted.received().includes("100 Continue"), "the server asks for the body");
    accepted.socket.write("hello");
    expect(await accepted.closed).toContain("read 5");
  });

  it("that grows beyond the limit in chunks is refused, the connection closed, and the part never taken for the whole", async () => {
    const { socket, received, closed } = await connect(front.port, head("/api/growing", CHUNKED));
    for (let sent = 0; sent < 3; sent += 1) socket.write(chunk(32 * KIB));
    await until(() => received().includes("413"), "the refusal arrives before the end of the body");
    socket.write("0\r\n\r\n");
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("connection: close");
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await ended("/api/growing");
    expect(outcomes.get("/api/growing")).toBe("error");
  });

  it.each([
    ["declared", `Content-Length: ${4_096 * KIB}`],
    ["chunked", CHUNKED],
  ])("that is sent whole although it is too large still gets its answer: %s", async (_name, line) => {
    const { socket, closed } = await connect(front.port, head("/api/insistent", line));
    // A client that looks for an answer only when it has sent everything.
    socket.pause();
    const body = line === CHUNKED ? `${chunk(4_096 * KIB)}0\r\n\r\n` : "x".repeat(4_096 * KIB);
    socket.write(body, () => socket.resume());
    expect(await closed).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("may be larger on upload paths, up to their own limit", async () => {
    for (const path of ["/uploads", "/uploads/x", "/api/uploads/x"]) {
      expect((await post(path, 1024 * KIB)).text).toBe(`read ${1024 * KIB}`);
      expect((await post(path, 1024 * KIB + 1)).status).toBe(413);
    }
    for (const path of ["/uploadsx", "/api/x/uploads", "/x?/uploads/"])
      expect((await post(path, 65 * KIB)).status, path).toBe(413);
  });

  it("too large is refused in the words of the address: JSON as its clients know it, or a text", async () => {
    for (const path of ["/api/v1/docs/answer/", "/widget/ask", "/widget/ask/"]) {
      const answer = await post(path, 65 * KIB, { origin: "https://docs.example.com" });
      expect([path, answer.status, answer.headers["content-type"]]).toEqual([
        ...[path, 413, "application/json; charset=utf-8"],
      ]);
      expect(JSON.parse(answer.text)).toEqual({ msg: expect.stringContaining("Send less at a time.") });
    }
    const page = await post("/widgets", 65 * KIB);
    expect(page.status).toBe(413);
    expect(page.text).toMatch(/^The request is larger than this address accepts/);
  });

  it("shorter than declared ends as an error in the application", async () => {
    const { socket } = await connect(front.port, head("/api/short", "Content-Length: 10"));
    socket.end("hello");
    await ended("/api/short");
    expect(outcomes.get("/api/short")).toBe("error");
  });

  it("longer than declared does not become part of the request, nor a request of its own", async () => {
    const { socket, closed } = await connect(front.port, head("/api/long", "Content-Length: 5"));
    socket.write("hello, and more than that");
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await ended("/api/long");
    expect(outcomes.get("/api/long")).toBe(5);
  });
});

describe("a slow body", () => {
  it.each([
    ["declared", "Content-Length: 100"],
    ["chunked", CHUNKED],
  ])("is given up: %s", async (name, line) => {
    const path = `/api/slow-${name}`;
    const started = Date.now();
    const { closed } = await connect(front.port, head(path, line));
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - started).toBeGreaterThanOrEqual(LIMITS.bodyMs - 20);
    await ended(path);
    expect(outcomes.get(path)).toBe("error");
  });

  it("that trickles is given up after the same time on ordinary paths, but not on upload paths", async () => {
    const ordinary = await connect(front.port, head("/api/trickle", CHUNKED));
    const upload = await connect(front.port, head("/uploads/trickle", CHUNKED, "Connection: close"));
    const trickle = setInterval(() => {
      for (const { socket } of [ordinary, upload]) if (socket.writable) socket.write(chunk(1));
    }, 40);
    expect(await ordinary.closed).toMatch(/^HTTP\/1\.1 408 /);
    const longer = Date.now() + LIMITS.bodyMs;
    await until(() => Date.now() > longer, "more time than an ordinary body has");
    clearInterval(trickle);
    upload.socket.write("0\r\n\r\n");
    expect(await upload.closed).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("that trickles is given up on upload paths when the time for a whole upload is over", async () => {
    const { socket, closed } = await connect(front.port, head("/uploads/endless", CHUNKED));
    const trickle = setInterval(() => socket.writable && socket.write(chunk(1)), 40);
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(trickle);
    await ended("/uploads/endless");
    expect(outcomes.get("/uploads/endless")).toBe("error");
  });

  it("is given up on upload paths when it stops", async () => {
    const { closed } = await connect(front.port, head("/uploads/stopped", CHUNKED) + chunk(10));
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
    await ended("/uploads/stopped");
    expect(outcomes.get("/uploads/stopped")).toBe("error");
  });

  it("is not blamed for an application that reads slowly", async () => {
    const slow = await startFront({
      limits: LIMITS,
      handle: async (req, res) => {
        const ready = Date.now() + 3 * LIMITS.bodyMs;
        await until(() => Date.now() > ready, "the application takes its time");
        return consume(req, res);
      },
    });
    const answer = await call(slow.port, {
      method: "POST",
      path: "/api/uploads/late",
      body: Buffer.alloc(512 * KIB),
    });
    await slow.close();
    expect(answer.text).toBe(`read ${512 * KIB}`);
  });
});

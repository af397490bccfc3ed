import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST } from "@/app/uploads/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { inTransaction } from "@/lib/gate/transaction";
import { parseTrustedProxies } from "@/lib/platform/trusted-proxies";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { createFront, type Front } from "../../../scripts/serve/front/create-front";
import { giveRole, guruOf } from "./guru-for-tests";

let product: TestProduct;
let member: UserPrincipal;
let guru: { id: string; slug: string };
let front: Front;
let port: number;
let cookie: string;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  cookie = await cookieOf(member);
  front = createFront({
    handle: byRoute,
    trusted: parseTrustedProxies(""),
    port: 0,
    host: "127.0.0.1",
    log: () => {},
  });
  port = (await front.listen()).port;
});
afterAll(async () => {
  await front.close();
  await product.close();
});

async function cookieOf(person: UserPrincipal): Promise<string> {
  const sid = await inTransaction((tx) => startSession(tx, person.accountId, { ip: null, userAgent: null }));
  return `${currentCookieName()}=${await sessionCookieValue(sid)}`;
}

/** Stands in for Next: the route as it is, on the request as it streams in. */
async function byRoute(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const headers = new Headers(
    Object.entries(req.headers).flatMap(([k, v]) => (typeof v === "string" ? [[k, v]] : [])) as [
      string,
      string,
    ][],
  );
  const body = Readable.toWeb(req) as unknown as ReadableStream;
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  const answer = await POST(new Request(`http://localhost${req.url}`, init), { params: Promise.resolve({}) });
  res
    .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" })
    .end(await answer.text());
}

type Sent = {
  headers?: Record<string, string>;
  guru?: string;
  name?: string;
  cookie?: string | null;
  rest?: "cut" | "never sent";
};

function send(body: Buffer, sent: Sent = {}): Promise<{ status: number; answer: Record<string, unknown> }> {
  const path = `/uploads?${new URLSearchParams({ guru: sent.guru ?? guru.slug, name: sent.name ?? "notes.md" })}`;
  const headers: Record<string, string> = {
    origin: `http://127.0.0.1:${port}`,
    "content-length": String(body.length),
    ...sent.headers,
  };
  const used = sent.cookie === undefined ? cookie : sent.cookie;
  if (used) headers.cookie = used;
  if (headers["transfer-encoding"]) delete headers["content-length"];
  return new Promise((resolve, reject) => {
    const req = httpRequest({ host: "127.0.0.1", port, path, method: "POST", headers }, (res) => {
      let text = "";
      res.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      res.on("end", () => {
        resolve({ status: res.statusCode ?? 0, answer: text.startsWith("{") ? JSON.parse(text) : { text } });
        if (sent.rest === "never sent") req.destroy();
      });
    });
    req.on("error", reject);
    req.write(body);
    if (sent.rest === undefined) req.end();
    if (sent.rest === "cut") setTimeout(() => req.destroy(), 50);
  });
}

const uploads = async () => (await product.admin`select 1 from upload`).length;

describe("POST /uploads", () => {
  it("answers 201 with the upload's id, and keeps the bytes as they came", async () => {
    const body = Buffer.from("# Hei på deg\n".repeat(100_000));
    const { status, answer } = await send(body, { name: "på norsk.md" });
    expect(status).toBe(201);
    expect(answer).toMatchObject({ fileName: "på norsk.md", sizeBytes: body.length });
    const rows =
      await product.admin`select data from upload_chunk where upload_id = ${String(answer.id)} order by ordinal`;
    expect(Buffer.concat(rows.map((r) => r.data as Buffer)).equals(body)).toBe(true);
  });

  it("says 401, 403 and 404 to those who may not, whatever they send", async () => {
    const viewer = await product.person("viewer@halden.example");
    const stranger = await product.person("stranger@halden.example");
    await giveRole(guru.id, viewer, "viewer");
    const before = await uploads();
    expect((await send(Buffer.from("x"), { cookie: null })).status).toBe(401);
    expect((await send(Buffer.from("x"), { cookie: `${currentCookieName()}=stolen` })).status).toBe(401);
    expect((await send(Buffer.from("x"), { cookie: await cookieOf(viewer) })).status).toBe(403);
    expect((await send(Buffer.from("x"), { cookie: await cookieOf(stranger) })).status).toBe(404);
    expect((await send(Buffer.from("x"), { headers: { origin: "http://evil.example" } })).status).toBe(403);
    expect(await uploads()).toBe(before);
  });

  it("wants a length, and says 413 to more than 100 MB and 400 to what is no text", async () => {
    const before = await uploads();
    expect((await send(Buffer.from("x"), { headers: { "transfer-encoding": "chunked" } })).status).toBe(411);
    const length = { "content-length": String(100 * 1024 * 1024 + 1) };
    expect(await send(Buffer.from("x"), { headers: length, rest: "never sent" })).toMatchObject({
      status: 413,
      answer: { code: "too_large" },
    });
    expect((await send(Buffer.alloc(2_000_000))).answer).toMatchObject({
      code: "invalid",
      message: expect.stringContaining("not plain text"),
    });
    expect((await send(Buffer.from("x"), { name: "x.exe" })).status).toBe(400);
    expect((await send(Buffer.alloc(0))).status).toBe(400);
    expect(await uploads()).toBe(before);
  });

  it("keeps nothing of a body that breaks off", async () => {
    const before = await uploads();
    await expect(
      send(Buffer.alloc(3_000_000, "a"), { headers: { "content-length": "9000000" }, rest: "cut" }),
    ).rejects.toThrow();
    const deadline = Date.now() + 10_000;
    while ((await uploads()) > before && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await uploads()).toBe(before);
  });
});

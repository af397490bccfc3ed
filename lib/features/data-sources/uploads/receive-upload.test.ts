import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { receiveUpload } from "./receive-upload";
import { removeUnusedUploads } from "./remove-unused";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
});
afterAll(() => product.close());

/** A body that is made while it is read. */
function streamOf(pieces: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const left = pieces[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = left.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

function send(
  bytes: Uint8Array,
  options: { declaredBytes?: number; fileName?: string; principal?: UserPrincipal; into?: string } = {},
) {
  return receiveUpload({
    principal: options.principal ?? member,
    request,
    guru: options.into ?? guru.slug,
    fileName: options.fileName ?? "file.txt",
    declaredBytes: options.declaredBytes ?? bytes.length,
    body: streamOf([bytes]),
  });
}

describe("receiving an upload", () => {
  it("keeps 100 MB with their digest while the memory stays small", async () => {
    const line = Buffer.from("The gateway keeps a journal of all that it forwards – også på norsk.\n");
    const piece = Buffer.concat(Array.from({ length: 900 }, () => line));
    const total = 100 * 1024 * 1024;
    const digest = createHash("sha256");
    let most = 0;
    function* pieces() {
      for (let sent = 0; sent < total; sent += piece.length) {
        const part = sent + piece.length > total ? Buffer.from("x".repeat(total - sent)) : piece;
        digest.update(part);
        most = Math.max(most, process.memoryUsage().rss);
        yield part;
      }
    }
    const before = process.memoryUsage().rss;
    const result = await receiveUpload({
      principal: member,
      request,
      guru: guru.slug,
      fileName: "large.md",
      declaredBytes: total,
      body: streamOf(pieces()),
    });
    if (!result.ok) throw new Error(result.message);
    expect(result.value.sizeBytes).toBe(total);
    // Held whole, its bytes and their text for the database would take three times its size.
    expect(most - before).toBeLessThan(200 * 1024 * 1024);
    const [row] = await product.admin`
      select size_bytes, encode(sha256, 'hex') as sha256, completed_at from upload where id = ${result.value.id}`;
    expect(row).toMatchObject({
      size_bytes: String(total),
      sha256: digest.digest("hex"),
      completed_at: expect.any(Date),
    });
    const [chunks] =
      await product.admin`select count(*)::int as n, sum(octet_length(data))::int as bytes from upload_chunk where upload_id = ${result.value.id}`;
    expect(chunks).toEqual({ n: 100, bytes: total });
  });

  it("keeps nothing of a body shorter or longer than it says", async () => {
    const uploads = await countOf("upload");
    const bytes = Buffer.from("ten bytes.");
    expect(await send(bytes, { declaredBytes: 11 })).toMatchObject({
      ok: false,
      code: "invalid",
      message: expect.stringContaining("10 of 11"),
    });
    expect(await send(bytes, { declaredBytes: 9 })).toMatchObject({ ok: false, code: "invalid" });
    expect(await send(bytes, { declaredBytes: 0 })).toMatchObject({ ok: false, code: "invalid" });
    expect(await send(bytes, { declaredBytes: 100 * 1024 * 1024 + 1 })).toMatchObject({
      ok: false,
      code: "too_large",
    });
    expect(await countOf("upload")).toBe(uploads);
  });

  it("refuses what is not UTF-8 text, and says what to do", async () => {
    const uploads = await countOf("upload");
    const cases: [string, Uint8Array, RegExp][] = [
      ["a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, ...Array<number>(500).fill(0)]), /not plain text/],
      ["UTF-16", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("text", "utf16le")]), /UTF-16/],
      ["Latin-1", Buffer.from("søk", "latin1"), /UTF-8/],
      ["a character cut at the end", Buffer.from("søk ø").subarray(0, -1), /UTF-8/],
    ];
    for (const [what, bytes, message] of cases) {
      expect(await send(bytes), what).toMatchObject({
        ok: false,
        code: "invalid",
        message: expect.stringMatching(message),
      });
    }
    expect(await countOf("upload")).toBe(uploads);
  });

  it("refuses other endings, and hostile names", async () => {
    for (const fileName of [
      "a.doc",
      "a.xlsm",
      "a.zip",
      "a.md.exe",
      "",
      ".",
      `${"x".repeat(200)}.md`,
      "a.txt\n",
    ]) {
      const result = await send(Buffer.from("text"), { fileName });
      if (fileName.trim() === "a.txt") expect(result.ok).toBe(true);
      else expect(result, fileName).toMatchObject({ ok: false, code: "invalid" });
    }
    expect(await send(Buffer.from("text"), { fileName: "../../etc/\0passwd.txt" })).toMatchObject({
      ok: true,
      value: { fileName: "../../etc/\u2400passwd.txt" },
    });
  });

  it("keeps nothing when the connection breaks midway", async () => {
    const uploads = await countOf("upload");
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from("a part")),
      pull: (controller) => controller.error(new Error("the client is gone")),
    });
    const broken = await receiveUpload({
      principal: member,
      request,
      guru: guru.slug,
      fileName: "a.txt",
      declaredBytes: 100,
      body,
    });
    expect(broken).toMatchObject({
      ok: false,
      code: "invalid",
      message: expect.stringContaining("connection broke"),
    });
    expect(await countOf("upload")).toBe(uploads);
  });

  it("is for maintainers: a viewer is forbidden, to a stranger the guru does not exist, and both are recorded", async () => {
    const stranger = await product.person("stranger@halden.example");
    expect(await send(Buffer.from("text"), { principal: viewer })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
    expect(await send(Buffer.from("text"), { principal: stranger })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    const denied = (await product.events("access.denied")).map((e) => e.actor_id);
    expect(denied).toEqual(expect.arrayContaining([viewer.accountId, stranger.accountId]));
  });

  it("limits the files that a person sends and does not use, and forgets them after a day", async () => {
    const own = await guruOf(member);
    await product.admin`delete from upload`;
    await product.admin`
      insert into upload (guru_id, account_id, file_name) select ${own.id}, ${member.accountId}, 'left.txt' from generate_series(1, 50)`;
    expect(await send(Buffer.from("text"))).toMatchObject({ ok: false, code: "throttled" });
    expect(await removeUnusedUploads()).toBe(0);
    await product.admin`update upload set created_at = now() - interval '25 hours'`;
    let removed = 0;
    for (let n = await removeUnusedUploads(); n > 0; n = await removeUnusedUploads()) removed += n;
    expect(removed).toBe(50);
    expect(await send(Buffer.from("text"))).toMatchObject({ ok: true });
  });
});

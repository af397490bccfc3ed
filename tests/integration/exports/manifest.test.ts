import { createHash } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GET as MANIFEST } from "@/app/exports/[id]/manifest/route";
import { GET } from "@/app/exports/[id]/route";
import { GET as STATUS } from "@/app/exports/[id]/status/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { type Manifest, manifestNote } from "@/lib/audit/proof/manifest";
import { isSignedBy } from "@/lib/audit/proof/note";
import { verifiersOf } from "@/lib/audit/proof/signing-keys";
import { cancelExport } from "@/lib/features/audit-log/commands/cancel-export";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { check } from "./check-offline";
import { call, cookieOf, seed, seedMany, started } from "./harness";
import { readVerifiable } from "./read-files";
import { sealAll } from "./sealing";

let product: TestProduct;
let owner: UserPrincipal;
let cookie: string;
let other: string;
beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  cookie = await cookieOf(owner);
  other = await cookieOf(await product.person("auditor@halden.example", "auditor"));
  await seedMany(product, 1_500);
  await seed(product, [{ label: "with a guru", model: "Integration" }]);
  await sealAll(product);
});
afterEach(
  () => product.admin`update export_job set state = 'cancelled' where state in ('pending', 'running')`,
);
afterAll(() => product.close());

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

describe.each(["csv", "xlsx", "json", "zip"])("the manifest beside a file in %s", (format) => {
  it("describes the very bytes that were sent, is signed, and can be fetched again", async () => {
    const { id, fileName } = await started(owner, { format, filter: { q: "source" } });
    const bytes = await bytesOf(await call(GET, id, cookie));
    const answer = await call(MANIFEST, id, cookie);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "content-disposition": expect.stringContaining(`filename="${fileName}.manifest.json"`),
      "cache-control": "no-store",
    });
    const text = await bytesOf(answer);
    const manifest = JSON.parse(Buffer.from(text).toString()) as Manifest;
    expect(manifest).toMatchObject({
      format: "gurulog-manifest/1",
      product: `gurulog ${product.runtime.version}`,
      organization: 1,
      guru: null,
      filters: { q: "source" },
      rows: 1_500,
      notYetSealed: 0,
      files: [
        { name: fileName, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
      ],
    });
    const [signer] = verifiersOf(manifest.origin);
    expect(signer && isSignedBy(manifestNote(manifest), signer)).toBe(true);
    expect(signer && isSignedBy(manifestNote({ ...manifest, rows: 1_499 }), signer)).toBe(false);
    const [head] = await product.admin<
      { size: string; root: Buffer }[]
    >`select size, root from audit_head where org_id = 1`;
    const checkpoint = parseCheckpoint(manifest.checkpoint ?? "");
    expect(checkpoint.size).toBeLessThanOrEqual(Number(head?.size));
    const beside = { name: `${fileName}.manifest.json`, bytes: text };
    expect(await check([{ name: fileName, bytes }, beside])).toMatchObject({ verified: true, findings: [] });
    const changed = bytes.slice();
    changed[changed.length - 1] = 0x20;
    expect(await check([{ name: fileName, bytes: changed }, beside])).toMatchObject({ verified: false });
    expect(await bytesOf(await call(MANIFEST, id, cookie))).toEqual(text);
    expect(await (await call(STATUS, id, cookie)).json()).toMatchObject({ state: "done", manifest: true });
  });

  it("does not exist before the file is whole, nor for one that ended early", async () => {
    const { id } = await started(owner, { format });
    expect((await call(MANIFEST, id, cookie)).status).toBe(409);
    const reader = (await call(GET, id, cookie)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect((await call(MANIFEST, id, cookie)).status).toBe(410);
    const { id: second } = await started(owner, { format });
    await cancelExport.execute({ principal: owner, request: testRequest, input: { id: second } });
    expect((await call(MANIFEST, second, cookie)).status).toBe(410);
    const kept = await product.admin`select manifest from export_job where id in (${id}, ${second})`;
    expect(kept.map((job) => job.manifest)).toEqual([null, null]);
  });
});

describe("the manifest of an export", () => {
  it("does not hide which row of a verifiable export was changed, when it stands beside it", async () => {
    const { id, fileName } = await started(owner, { format: "zip", filter: { model: ["Integration"] } });
    const { parts } = readVerifiable(await bytesOf(await call(GET, id, cookie)));
    const beside = {
      name: `${fileName}.manifest.json`,
      bytes: await bytesOf(await call(MANIFEST, id, cookie)),
    };
    const events = Buffer.from(parts["events.ndjson"] ?? []).toString();
    const forged = strToU8(events.replace("with a guru", "with another guru"));
    const checked = await check([
      { name: fileName, bytes: zipSync({ ...parts, "events.ndjson": forged }) },
      beside,
    ]);
    expect(checked.verified).toBe(false);
    expect(checked.findings.map(({ kind }) => kind)).toEqual(["changed", "manifest", "manifest"]);
    expect(checked.findings[0]?.id).toBe((JSON.parse(events) as { id: string }).id);
    expect(checked.findings.at(-1)?.message).toContain(`${fileName} is not the file`);
  });

  it("counts the events that its checkpoint does not cover", async () => {
    await seed(product, [{ label: "not sealed", model: "Unsealed" }]);
    const { id } = await started(owner, { format: "csv", filter: { model: ["Unsealed", "Integration"] } });
    await bytesOf(await call(GET, id, cookie));
    expect(await (await call(MANIFEST, id, cookie)).json()).toMatchObject({ rows: 2, notYetSealed: 1 });
    await sealAll(product);
  });

  it("goes to its person alone, for a day, and not once the role is gone", async () => {
    const { id } = await started(owner, { filter: { model: ["Integration"] } });
    await bytesOf(await call(GET, id, cookie));
    expect((await call(MANIFEST, id, other)).status).toBe(404);
    expect((await call(MANIFEST, id, null)).status).toBe(401);
    expect((await call(MANIFEST, "../x", cookie)).status).toBe(404);
    await product.admin`update membership set role = 'member' where account_id = ${owner.accountId}`;
    expect((await call(MANIFEST, id, cookie)).status).toBe(404);
    await product.admin`update membership set role = 'owner' where account_id = ${owner.accountId}`;
    expect((await call(MANIFEST, id, cookie)).status).toBe(200);
    await product.admin`update export_job set finished_at = now() - interval '25 hours' where id = ${id}`;
    expect((await call(MANIFEST, id, cookie)).status).toBe(410);
  });

  it("is signed also when the filter holds the one character that a note cannot", async () => {
    const { id } = await started(owner, { filter: { q: "\ufffd\u0001 ä" } });
    await bytesOf(await call(GET, id, cookie));
    const manifest = (await (await call(MANIFEST, id, cookie)).json()) as Manifest;
    expect(manifest.filters).toEqual({ q: "[U+FFFD]\u0001 ä" });
    const [signer] = verifiersOf(manifest.origin);
    expect(signer && isSignedBy(manifestNote(manifest), signer)).toBe(true);
  });
});

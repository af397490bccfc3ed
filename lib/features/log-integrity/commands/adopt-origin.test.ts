import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { toHex } from "@/lib/audit/proof/bytes";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { adoptions, signAdoptions } from "@/lib/audit/seal/adoptions";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { setRuntime } from "@/lib/platform/runtime";
import { type SigningHarness, signingHarness } from "@/tests/integration/sealer/signing-harness";
import { breakTheLog, byKey, testRequest as request } from "@/tests/support/product";
import { adoptOrigin } from "./adopt-origin";

let log: SigningHarness;
let owner: UserPrincipal;
beforeEach(async () => {
  log = await signingHarness();
  owner = await log.product.person("owner@halden.example", "owner");
});
afterEach(() => log.close());

const adopt = (size: number | string, confirmation = String(size), principal = owner) =>
  adoptOrigin.execute({ principal, request, input: { size, confirmation } });
const originNow = async () =>
  (await log.admin`select origin from audit_head where org_id = 1`)[0]?.origin as string;
const sealAll = async () => {
  while ((await sealBatch(log.sealer, 5_000)) > 0);
};

/** A log of 20 events, restored from a backup after 50 were signed. */
async function rolledBack(): Promise<void> {
  await log.grow(20);
  await log.signed();
  const restore = await log.backup();
  await log.grow(30);
  await log.signed();
  await restore();
  await log.refused();
}

describe("adopt-origin", () => {
  it("lets a restored log be signed again under a new name, tells of it, and keeps the old checkpoints", async () => {
    await rolledBack();
    const before = await originNow();
    expect(await adopt(20, " 20 ")).toMatchObject({
      ok: true,
      value: { origin: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    const [root] = await log.admin`select encode(root, 'hex') as root from audit_head where org_id = 1`;
    const [event] = await log.product.events("audit.origin_adopted");
    const after = event?.changes[0]?.after;
    expect(event).toMatchObject({
      operation: "ADOPT_ORIGIN",
      action_type: "updated",
      model: "AuditLog",
      target_type: "org",
      outcome: "success",
      changes: [{ field: "origin", before, after: expect.stringMatching(/^[0-9a-f]{32}$/) }],
      details: { previousSize: 50, size: 20, root: root?.root },
    });
    expect(await originNow()).toBe(before);
    await sealAll();
    expect(await log.signed()).toBe(21);
    expect(await originNow()).toBe(after);
    const rows =
      await log.admin`select origin, size::int as size, note from audit_checkpoint order by created_at`;
    expect(rows.map((row) => [row.origin, row.size])).toEqual([
      [before, 20],
      [before, 50],
      [after, 21],
    ]);
    expect(parseCheckpoint(rows[2]?.note)).toMatchObject({ origin: after, size: 21 });
    expect((await log.admin`select refused from audit_signing`)[0]?.refused).toBeNull();
    const [statement] = await adoptions(log.admin, 1);
    expect(statement?.retired).toMatchObject({ origin: before, size: 50 });
    expect(statement && toHex(statement.adopted.root)).toBe(root?.root);
    // An instance that only remembers the old name is led to the new one; one that signed more than was given up is not.
    const other = log.otherInstance();
    await other.write(1, { ...parseCheckpoint(rows[0]?.note), note: rows[0]?.note });
    expect(await log.sign({ by: other })).toEqual({ state: "current", size: 21 });
    await log.grow(40);
    expect(await log.signed()).toBe(61);
  });

  it("lets a log go on in which an event was changed before it was signed, from there on", async () => {
    await log.grow(10);
    await log.signed();
    await log.grow(10);
    await log.asOwner(
      (tx) =>
        tx`update audit_event set target_label = 'x' where id = (select event_id from audit_seal_tail where index = 15)`,
    );
    expect(await log.refused()).toContain("entry 15");
    // What is wrong must lie within what the owner has seen.
    expect(await adopt(14)).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("cannot be adopted"),
    });
    expect(await adopt(20)).toMatchObject({ ok: true });
    await log.grow(5);
    expect(await log.signed()).toBe(26);
  });

  it("adopts a new database in the place of the old one, and again after another rollback", async () => {
    await log.grow(50);
    await log.signed();
    const remembered = readFileSync(log.lastSigned.file);
    const fresh = await signingHarness();
    try {
      // The same keys and data folder on another database.
      setRuntime({ ...fresh.product.runtime, keys: log.product.runtime.keys });
      writeFileSync(fresh.lastSigned.file, remembered);
      const boss = await fresh.product.person("owner@halden.example", "owner");
      await fresh.admin`update audit_head set origin = 'another'`; // test databases are copies of one
      await fresh.grow(3);
      expect(await fresh.refused()).toMatch(/holds another log than the one of 50 events/);
      expect(await adopt(3, "3", boss)).toMatchObject({ ok: true });
      const restore = await fresh.backup();
      await fresh.grow(1);
      expect(await fresh.signed()).toBe(5);
      await restore();
      expect(await fresh.refused()).toMatch(/but 5 were signed already|holds another log/);
      await fresh.grow(9);
      expect(await fresh.refused()).toContain("adopt");
      expect(await adopt(13, "13", boss)).toMatchObject({ ok: true });
      while ((await sealBatch(fresh.sealer, 100)) > 0);
      expect(await fresh.signed()).toBe(14);
      expect(await fresh.checkpoints()).toEqual([5, 14, 50]);
    } finally {
      await fresh.close();
      setRuntime(log.product.runtime);
    }
  });

  it("is refused while the log may be signed, without the number typed, for a size that is not the log's, and is not recorded then", async () => {
    await log.grow(20);
    await log.signed();
    expect(await adopt(20)).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("nothing to adopt"),
    });
    const restore = await log.backup();
    await log.grow(5);
    await log.signed();
    await restore();
    for (const [size, typed] of [
      [20, ""],
      [20, "21"],
      [20, "yes"],
      ["20", "2O"],
    ] as const)
      expect(await adopt(size, typed)).toMatchObject({
        ok: false,
        code: "invalid",
        fieldErrors: { confirmation: [expect.stringContaining("20")] },
      });
    for (const size of [0, -1, 1.5, "x", "", "\0", "1e400"])
      expect(await adopt(size)).toMatchObject({ ok: false, code: "invalid" });
    expect(await adopt(21)).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("20 events now"),
    });
    writeFileSync(log.lastSigned.file, "{");
    expect(await adopt(20)).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("is damaged"),
    });
    expect(await log.product.events("audit.origin_adopted")).toEqual([]);
    expect(await log.admin`select from audit_adoption`).toHaveLength(0);
  });

  it("is the owner's alone", async () => {
    await rolledBack();
    const member = await log.product.person("m.solberg@halden.example");
    for (const principal of [member, byKey(member)])
      expect(
        await adoptOrigin.execute({ principal, request, input: { size: 20, confirmation: "20" } }),
      ).toMatchObject({
        ok: false,
        code: "not_found",
      });
    expect(await log.admin`select from audit_adoption`).toHaveLength(0);
  });

  it("is not done with a key", async () => {
    await rolledBack();
    const call = { principal: byKey(owner), request, input: { size: 20, confirmation: "20" } };
    expect(await adoptOrigin.execute(call)).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("does not happen without its event", async () => {
    await rolledBack();
    const mend = await breakTheLog(log.product);
    expect(await adopt(20)).toMatchObject({ ok: false, code: "internal" });
    await mend();
    expect(await log.admin`select from audit_adoption`).toHaveLength(0);
    await log.refused();
  });
});

describe("a statement of adoption", () => {
  it("that is forged, stale, or of another log is ignored", async () => {
    await rolledBack();
    const [row] =
      await log.admin`select encode(root, 'hex') as root, root as bytes, origin from audit_head where org_id = 1`;
    const [signed] = await log.admin`select root, origin from audit_checkpoint where size = 50`;
    const adopted = { origin: "f".repeat(32), size: 20, root: row?.bytes as Buffer };
    const retired = { origin: row?.origin as string, size: 50, root: signed?.root as Buffer };
    const time = new Date().toISOString();
    const store = (note: string, origin = adopted.origin) =>
      log.admin`insert into audit_adoption (org_id, origin, note) values (1, ${origin}, ${note})
        on conflict (org_id, origin) do update set note = excluded.note`;
    const good = signAdoptions([{ retired, adopted, time }]);
    const withOtherKeys = () => {
      setRuntime({ ...log.product.runtime, keys: { ...log.product.runtime.keys, sealingKeys: [otherKey] } });
      const note = signAdoptions([{ retired, adopted, time }]);
      setRuntime(log.product.runtime);
      return note;
    };
    const otherKey = generateKeyPairSync("ed25519")
      .privateKey.export({ format: "der", type: "pkcs8" })
      .toString("base64");
    const forged: [string, string][] = [
      ["nothing", ""],
      ["no signature", `${good.split("\n\n")[0]}\n`],
      ["another key", withOtherKeys()],
      ["a changed size", good.replace("\n20\n", "\n19\n")],
      ["a changed old size", good.replace("\n50\n", "\n60\n")],
      ["stale: less than was signed", signAdoptions([{ retired: { ...retired, size: 49 }, adopted, time }])],
      [
        "the same size, another root",
        signAdoptions([{ retired: { ...retired, root: Buffer.alloc(32) }, adopted, time }]),
      ],
      ["another log's", signAdoptions([{ retired: { ...retired, origin: "e".repeat(32) }, adopted, time }])],
      [
        "what this log does not begin with",
        signAdoptions([{ retired, adopted: { ...adopted, root: Buffer.alloc(32) }, time }]),
      ],
      ["more than this log has", signAdoptions([{ retired, adopted: { ...adopted, size: 21 }, time }])],
      ["a checkpoint in its place", readFileSync(log.lastSigned.file, "utf8")],
    ];
    for (const [what, note] of forged) {
      await store(note);
      expect([what, await log.refused()]).toEqual([what, expect.stringContaining("50 were signed already")]);
    }
    // Under another row's name it does not count either; in its own it does.
    await log.admin`delete from audit_adoption`;
    await store(good, "d".repeat(32));
    await log.refused();
    await log.admin`delete from audit_adoption`;
    await store(good);
    expect(await log.sign()).toMatchObject({ state: "signed", size: 20 });
  });
});

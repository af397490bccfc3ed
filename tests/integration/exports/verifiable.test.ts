import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET } from "@/app/exports/[id]/route";
import { GET as STATUS } from "@/app/exports/[id]/status/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { canonicalJson } from "@/lib/audit/proof/canonical-json";
import { partDigest } from "@/lib/audit/proof/entry";
import { eventRecord, type RecordRow, recordColumns } from "@/lib/audit/proof/event-record";
import type { TestProduct } from "@/tests/support/product";
import { notedKey, runEnclosedVerifier } from "./check-offline";
import { call, cookieOf, seed, started, until } from "./harness";
import { guru, hostileProduct, seeded } from "./hostile-log";
import { make } from "./make-file";
import { readVerifiable } from "./read-files";
import { sealAll } from "./sealing";

let product: TestProduct;
let owner: UserPrincipal;
let cookie: string;
let key: string;
beforeAll(async () => {
  product = await hostileProduct();
  owner = await product.person("owner@halden.example", "owner");
  cookie = await cookieOf(owner);
  await sealAll(product);
  key = await notedKey(product);
});
afterAll(() => product.close());

/** Asks for a verifiable export and downloads it, as a browser would. */
async function download(filter: Record<string, unknown> = {}): Promise<{ id: string; bytes: Uint8Array }> {
  const { id } = await started(owner, { format: "zip", filter });
  const response = await call(GET, id, cookie);
  expect(response.headers.get("content-type")).toBe("application/zip");
  return { id, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** Changes the log past the product, as who owns the database can. */
async function tamper(statement: string): Promise<void> {
  await product.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statement);
  });
}

const isThere = (command: string) => {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
};

describe("a verifiable export", () => {
  it("holds every sealed event as it was recorded, in the sealed order, and what it takes to check it", async () => {
    const { events, proofs, manifest, parts } = readVerifiable((await make(verifiable)).bytes);
    expect(Object.keys(parts).sort()).toEqual([
      "README.txt",
      "events.ndjson",
      "manifest.json",
      "proofs.ndjson",
      "verify.html",
      "verify.mjs",
    ]);
    const rows = await product.admin.unsafe<RecordRow[]>(
      `select ${recordColumns} from audit_event e where org_id = 1 and action = 'test.seeded' order by seq`,
    );
    expect(events).toEqual(rows.map(eventRecord));
    expect(events).toHaveLength(seeded.length);
    expect(proofs.map((p) => p.id)).toEqual(events.map((e) => e.id));
    const lines = Buffer.from(parts["proofs.ndjson"] ?? []).toString();
    expect(lines).toBe(proofs.map((p) => `${canonicalJson(p)}\n`).join(""));
    expect(proofs.every((p, i) => p.index > (proofs[i - 1]?.index ?? -1))).toBe(true);
    expect(manifest).toMatchObject({ rows: seeded.length, notYetSealed: 0, guru: null });
    expect(Buffer.from(parts["README.txt"] ?? []).toString()).toContain("node verify.mjs");
  });

  it("verifies with nothing but Node and the verifier that is in it, against a key noted elsewhere", async () => {
    const { bytes } = await download();
    const outcome = await runEnclosedVerifier(bytes, key);
    expect(outcome).toMatchObject({
      exit: 0,
      verified: true,
      findings: [],
      signed: { pinned: true, by: key },
    });
    const filtered = await runEnclosedVerifier((await download({ actor: ["system"] })).bytes, key);
    expect(filtered).toMatchObject({ exit: 0, verified: true });
    const nothing = await runEnclosedVerifier((await download({ model: ["Nothing"] })).bytes, key);
    expect(nothing).toMatchObject({ exit: 0, verified: true });
  });

  it("holds one guru's events alone in that guru's file, each with its proof", async () => {
    const made = await make(verifiable, {}, guru.id);
    expect(readVerifiable(made.bytes).events.every((e) => e.guru === guru.id)).toBe(true);
    expect(await runEnclosedVerifier(made.bytes, key)).toMatchObject({ verified: true });
  });

  it("opens in other readers of zips", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "gurulog-zip-"));
    const file = path.join(folder, "export.zip");
    writeFileSync(file, (await download()).bytes);
    try {
      if (isThere("unzip"))
        expect(execFileSync("unzip", ["-t", file]).toString()).toContain("No errors detected");
      if (isThere("python3"))
        expect(execFileSync("python3", ["-m", "zipfile", "-t", file]).toString()).toContain("Done testing");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("events that are not sealed yet", () => {
  it("are waited for, and in the file when the sealer comes in time", async () => {
    await seed(product, [{ label: "just recorded", model: "Late" }]);
    const { id } = await started(owner, { format: "zip", filter: { model: ["Late"] } });
    const answered = call(GET, id, cookie);
    await until("it waits", async () => {
      const [job] = await product.admin`select state from export_job where id = ${id}`;
      return job?.state === "running";
    });
    await sealAll(product);
    const { events } = readVerifiable(new Uint8Array(await (await answered).arrayBuffer()));
    expect(events).toHaveLength(1);
  });

  it("are left out and counted, in the manifest, the text beside it and the progress, when it does not", async () => {
    await seed(product, [
      { label: "waits 1", model: "Waiting" },
      { label: "waits 2", model: "Waiting" },
    ]);
    const { id, bytes } = await download({ model: ["Waiting", "Late"] });
    const { events, manifest, parts } = readVerifiable(bytes);
    expect(events.map((e) => "content" in e.subject && e.subject.content.label)).toEqual(["just recorded"]);
    expect(manifest).toMatchObject({ rows: 1, notYetSealed: 2 });
    expect(Buffer.from(parts["README.txt"] ?? []).toString()).toContain("NOT IN THIS FILE: 2 events");
    expect(await (await call(STATUS, id, cookie)).json()).toMatchObject({
      state: "done",
      rowsSent: 1,
      rowsExpected: 3,
      notYetSealed: 2,
      manifest: true,
    });
    expect(await runEnclosedVerifier(bytes, key)).toMatchObject({ verified: true });
    await sealAll(product);
    expect(readVerifiable((await download({ model: ["Waiting"] })).bytes).events).toHaveLength(2);
  });
});

describe("events of which a part was erased, or that were changed past the product", () => {
  it("an erased part stands as its digest, which still proves the event", async () => {
    const [row] = await product.admin.unsafe<RecordRow[]>(
      `select ${recordColumns} from audit_event e where target_label = 'by key'`,
    );
    if (!row) throw new Error("no event");
    const digest = partDigest(eventRecord(row).actor);
    await tamper(`update audit_event set actor_email = null, ip = null, user_agent = null, actor_salt = null,
      actor_digest = '\\x${digest}' where target_label = 'by key'`);
    const { bytes } = await download({ q: "by key" });
    expect(readVerifiable(bytes).events.map((e) => e.actor)).toEqual([{ digest }]);
    expect(await runEnclosedVerifier(bytes, key)).toMatchObject({ verified: true, findings: [] });
  });

  it.each([
    ["another address", "ip = '198.51.100.1'"],
    ["a number with digits that reading would lose", `details = '{"n": 5.00000000000000000001}'`],
    ["another version of the entry", "entry_version = 2"],
    ["no salt", "subject_salt = null"],
    ["a digest beside the content", "actor_digest = '\\x00'"],
  ])("a row with %s is exported as it stands, and the verifier names it", async (_what, change) => {
    const label = `to be changed: ${change}`;
    await seed(product, [{ label, model: "Changed" }]);
    await sealAll(product);
    await tamper(
      `update audit_event set ${change} where model = 'Changed' and target_label like 'to be changed%'`,
    );
    const { bytes } = await download({ model: ["Changed"] });
    const { events } = readVerifiable(bytes);
    expect(events).toHaveLength(1);
    const outcome = await runEnclosedVerifier(bytes, key);
    expect(outcome).toMatchObject({ exit: 1, verified: false });
    expect(outcome.findings).toEqual([expect.objectContaining({ kind: "changed", id: events[0]?.id })]);
    await tamper(`delete from audit_event where model = 'Changed'`);
  });
});

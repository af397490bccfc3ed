import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signCheckpoint } from "@/lib/audit/proof/checkpoint";
import { type EventKey, type EventStatus, eventStatus } from "@/lib/audit/proof/event-status";
import { rootNodes, rootOf } from "@/lib/audit/proof/merkle";
import { NaiveTree } from "@/lib/audit/proof/merkle-for-tests";
import { verifierKey } from "@/lib/audit/proof/note";
import { signersOf, verifiersOf } from "@/lib/audit/proof/signing-keys";
import { storedNodes } from "@/lib/audit/proof/stored-nodes";
import { pinnedKeys } from "@/lib/audit/proof/verify/trust";
import { verifyEventProof } from "@/lib/audit/proof/verify/verify-event-proof";
import { sql } from "@/lib/db/client";
import { setRuntime } from "@/lib/platform/runtime";
import { eventLeaves } from "@/tests/integration/sealer/sealed-log";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { sealAll, signHead } from "./sealed-world";

const size = 2_600;
const signedAt = [300, 2_100, size];
let product: TestProduct;
let events: EventKey[];
let origin: string;
/** A superuser's session in which the triggers do not fire. */
let mallory: postgres.Sql;

const status = (at: number) => eventStatus(sql(), 1, events[at] as EventKey);
const told = (s: EventStatus) => (s.state === "failed" ? `failed: ${s.problem}` : s.state);

beforeAll(async () => {
  product = await createTestProduct();
  mallory = postgres(product.database.urls.admin, { max: 1, onnotice: () => {} });
  await mallory`set session_replication_role = replica`;
  const [head] = await product.admin`select origin from audit_head where org_id = 1`;
  origin = head?.origin as string;
  events = [];
  for (const upTo of signedAt) {
    events.push(...(await insertEvents(product.admin, variedEvents(upTo - events.length, events.length))));
    await sealAll(product);
    await signHead(product);
  }
});
afterAll(async () => {
  await mallory.end();
  await product.close();
});

describe("the proof of an event", () => {
  it("holds for events in the tail, in tiles and at every edge, and names the first checkpoint over them", async () => {
    const trust = { pinned: pinnedKeys(verifiersOf(origin).map(verifierKey)) };
    for (const at of [0, 1, 299, 300, 1023, 1024, 2047, 2048, 2099, 2100, size - 1]) {
      const found = await status(at);
      if (found.state !== "verified") throw new Error(`${at}: ${told(found)}`);
      expect(found).toMatchObject({ index: at, against: size, checkpoint: signedAt.find((s) => s > at) });
      const report = verifyEventProof(JSON.stringify(found.proof), trust);
      expect([at, report.findings]).toEqual([at, []]);
    }
  });

  it("is none while the event waits for the sealer or for a signature, and is there right after", async () => {
    const [event] = await insertEvents(product.admin, variedEvents(1));
    if (!event) throw new Error("no event");
    expect(await eventStatus(sql(), 1, event)).toEqual({ state: "unsealed" });
    await sealAll(product);
    expect(await eventStatus(sql(), 1, event)).toEqual({ state: "unsealed" });
    await signHead(product);
    expect((await eventStatus(sql(), 1, event)).state).toBe("verified");
    await product.admin`delete from audit_checkpoint where size > ${size}`;
  });

  it("does not hold when the checkpoint was signed by a key that is not this server's", async () => {
    const stranger = await createTestProductKeys();
    setRuntime({ ...product.runtime, keys: { ...product.runtime.keys, sealingKeys: stranger } });
    try {
      expect(told(await status(5))).toBe("failed: signature");
    } finally {
      setRuntime(product.runtime);
    }
    expect(told(await status(5))).toBe("verified");
  });
});

async function createTestProductKeys(): Promise<string[]> {
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey } = generateKeyPairSync("ed25519");
  return [privateKey.export({ format: "der", type: "pkcs8" }).toString("base64")];
}

describe("whoever owns the database is seen", () => {
  beforeEach(async () => {
    await mallory`begin`;
    return async () => {
      await mallory`rollback`;
    };
  });
  const seen = (at: number) => eventStatus(mallory, 1, events[at] as EventKey).then(told);
  const idOf = (at: number) => (events[at] as EventKey).id;

  it("changing the row", async () => {
    await mallory`update audit_event set target_label = 'x' where id = ${idOf(7)}`;
    expect(await seen(7)).toBe("failed: changed");
    expect(await seen(8)).toBe("verified");
  });

  it("putting an erased part's state over a row", async () => {
    await mallory`update audit_event set actor_email = null, ip = null, user_agent = null, actor_salt = null,
      actor_digest = sha256('x') where id = ${idOf(7)}`;
    expect(await seen(7)).toBe("failed: changed");
  });

  it("changing the row and its leaf, in the tail or in a tile", async () => {
    for (const at of [7, size - 3]) {
      await mallory`update audit_event set target_label = 'x' where id = ${idOf(at)}`;
      expect(await seen(at)).toBe("failed: changed");
      const leaf = (await eventLeaves(mallory))[at] as Uint8Array;
      await mallory`update audit_tile set hashes = overlay(hashes placing ${Buffer.from(leaf)} from ${at * 32 + 1})
        where org_id = 1 and tile = 0 and ${at} < 1024`;
      await mallory`update audit_seal_tail set leaf_hash = ${Buffer.from(leaf)} where org_id = 1 and index = ${at}`;
      expect(await seen(at)).toBe("failed: tree");
    }
  });

  it("building the whole tree anew and giving it a checkpoint of their own", async () => {
    await mallory`update audit_event set target_label = 'x' where id = ${idOf(size - 3)}`;
    const leaves = await eventLeaves(mallory);
    const forged = new NaiveTree(leaves).mth(0, leaves.length);
    const note = signCheckpoint({ origin, size, root: forged }, signersOf(origin));
    const other = note.replace(/\u2014 .*\n$/, (line) => line.replace("A", "B").replace("a", "b"));
    for (const [place, leaf] of leaves.slice(2048).entries())
      await mallory`update audit_seal_tail set leaf_hash = ${Buffer.from(leaf)} where org_id = 1 and index = ${2048 + place}`;
    await mallory`update audit_checkpoint set root = ${Buffer.from(forged)}, note = ${other} where size = ${size}`;
    expect(await seen(size - 3)).toBe("failed: signature");
  });

  it("taking the event's place away, or giving it another's", async () => {
    await mallory`delete from audit_seal_tail where event_id = ${idOf(size - 3)}`;
    expect(await seen(size - 3)).toBe("failed: unsealable");
  });

  it("swapping two places", async () => {
    await mallory`
      update audit_seal_tail t set event_id = o.event_id, occurred_at = o.occurred_at
      from audit_seal_tail o where t.index in (${size - 3}, ${size - 4}) and o.index = ${2 * size - 7} - t.index`;
    expect(await seen(size - 3)).toBe("failed: changed");
  });

  it("putting a row straight into the table", async () => {
    const [row] = await insertEvents(mallory, variedEvents(1));
    if (!row) throw new Error("no row");
    expect(told(await eventStatus(mallory, 1, row))).toBe("failed: unsealable");
  });

  it("removing hashes, nodes or subroots", async () => {
    await mallory`delete from audit_node where org_id = 1`;
    expect(await seen(2_500)).toBe("failed: tree");
    await mallory`update audit_tile set hashes = null, subroots = null where tile = 1`;
    expect(await seen(1_500)).toBe("failed: tree");
  });

  it("cutting off the newest events, or restoring an older backup: that is said of all", async () => {
    await mallory`delete from audit_seal_tail where index >= 2500`;
    await mallory`update audit_head set size = 2500 where org_id = 1`;
    expect(await seen(7)).toBe("failed: behind");
    expect(await seen(2_400)).toBe("failed: behind");
  });

  it("putting the note of another size, origin or log in place", async () => {
    const [older] = await mallory`select note from audit_checkpoint where size = 300`;
    await mallory`update audit_checkpoint set note = ${older?.note as string} where size = ${size}`;
    expect(await seen(7)).toBe("failed: signature");
    const root = new Uint8Array(32);
    const foreign = signCheckpoint({ origin: "other", size, root }, signersOf("other"));
    await mallory`update audit_checkpoint set note = ${foreign} where size = ${size}`;
    expect(await seen(7)).toBe("failed: signature");
    await mallory`update audit_checkpoint set note = 'no note' where size = ${size}`;
    expect(await seen(7)).toBe("failed: signature");
  });
});

describe("the stored tree", () => {
  it("gives every node of any level as the definition does, with and without subroots", async () => {
    const tree = new NaiveTree(await eventLeaves(product.admin));
    const nodes = [0, 3, 7, 8, 9, 10, 11].flatMap((level) =>
      Array.from({ length: Math.floor(size / 2 ** level) }, (_, index) => ({ level, index })),
    );
    const expected = (await tree.read(nodes)).map((hash) => Buffer.from(hash).toString("hex"));
    const hex = async (read: ReturnType<typeof storedNodes>) =>
      (await read(nodes)).map((hash) => Buffer.from(hash).toString("hex"));
    expect(await hex(storedNodes(sql(), 1))).toEqual(expected);
    await mallory`begin`;
    await mallory`update audit_tile set subroots = null where tile = 1`;
    expect(await hex(storedNodes(mallory, 1))).toEqual(expected);
    await mallory`rollback`;
    for (const some of [1, 300, 1024, 1025, 2047, size]) {
      expect(Buffer.from(await rootOf(storedNodes(sql(), 1), some)).toString("hex")).toBe(
        Buffer.from(tree.mth(0, some)).toString("hex"),
      );
    }
    await expect(storedNodes(sql(), 1)(rootNodes(size * 2))).rejects.toThrow("holds no node");
    await expect(storedNodes(sql(), 2)([{ level: 0, index: 0 }])).rejects.toThrow("holds no node");
  });
});

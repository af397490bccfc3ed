import fc from "fast-check";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "@/lib/audit/proof/bytes";
import { voidLeaf } from "@/lib/audit/proof/entry";
import { CompactRange } from "@/lib/audit/proof/merkle";
import { hashOldLog } from "@/lib/audit/seal/hash-old-log";
import { sealBatch, UnhashedLog } from "@/lib/audit/seal/seal-batch";
import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { propertyRuns } from "../../support/property-runs";
import { cutBefore } from "./cut-off";
import { insertEvents, setClock, variedEvents } from "./events-for-tests";
import { eventLeaves, expectTree, expectWholeLog, sealedOrder } from "./sealed-log";

let database: TestDatabase;
let admin: postgres.Sql;
let sealer: postgres.Sql;

async function open(): Promise<void> {
  database = await createTestDatabase();
  admin = postgres(database.urls.admin, { max: 2, onnotice: () => {} });
  sealer = postgres(database.urls.sealer, { max: 1, onnotice: () => {} });
}

async function close(): Promise<void> {
  await sealer.end({ timeout: 5 });
  await admin.end({ timeout: 5 });
  await database.drop();
}

describe("the tree of a log sealed in batches of any size", () => {
  beforeAll(open);
  afterAll(close);

  it("has after each batch the root of RFC 6962 over its leaves, and stores every node above a tile", async () => {
    let orgId = 1;
    const batches = fc.array(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 200, max: 1300 })), {
      minLength: 3,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(batches, async (sizes) => {
        orgId += 1;
        const total = sizes.reduce((sum, size) => sum + size, 0);
        await insertEvents(
          admin,
          variedEvents(total).map((event) => ({ ...event, org_id: orgId })),
        );
        const roots: string[] = [];
        for (const size of sizes) {
          expect(await sealBatch(sealer, size)).toBe(size);
          const [head] =
            await admin`select encode(root, 'hex') as root from audit_head where org_id = ${orgId}`;
          roots.push(head?.root);
        }
        const leaves = await eventLeaves(admin, orgId);
        const range = new CompactRange();
        const expected = sizes.map((size) => {
          for (let n = 0; n < size; n += 1) range.append(leaves[range.size] as Uint8Array);
          return toHex(range.root());
        });
        expect(roots).toEqual(expected);
        await expectTree(admin, leaves, orgId);
      }),
      { numRuns: propertyRuns(3) },
    );
  }, 120_000);
});

describe("the leaf of an event", () => {
  beforeEach(open);
  afterEach(close);

  const asOwner = (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
    admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`; // as somebody who owns the database could
      await work(tx);
    });

  it("removed, changed beyond its form or moved to another log before its turn is void, and an alarm; sealing goes on", async () => {
    const recorded = await insertEvents(admin, variedEvents(6));
    const id = (n: number) => recorded[n]?.id ?? "";
    await asOwner(async (tx) => {
      await tx`delete from audit_event where id = ${id(1)}`;
      await tx`update audit_event set details = '{"n": 1.50}' where id = ${id(2)}`;
      await tx`update audit_event set org_id = 2 where id = ${id(3)}`;
      await tx`update audit_event set actor_salt = null where id = ${id(4)}`;
    });
    expect(await sealBatch(sealer, 100)).toBe(6);

    const keys = await sealedOrder(admin);
    expect(keys.map((key) => key.id)).toEqual(recorded.map((event) => event.id));
    const tail = await admin<{ hash: string; time: string }[]>`
      select encode(leaf_hash, 'hex') as hash, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time
      from audit_seal_tail order by index`;
    const isVoid = tail.map((row, n) => row.hash === toHex(voidLeaf({ id: id(n), org: 1, time: row.time })));
    expect(isVoid).toEqual([false, true, true, true, true, false]);
    const [trouble] = await admin`select kind, detail from audit_trouble`;
    expect(trouble?.kind).toBe("verification_failed");
    expect(trouble?.detail).toContain("4 recorded event(s)");
    await expectTree(admin, await eventLeaves(admin));
  });

  it("changed after it was sealed is no longer the sealed one", async () => {
    const [event] = await insertEvents(admin, variedEvents(3));
    await sealBatch(sealer, 100);
    await asOwner((tx) => tx`update audit_event set target_label = 'other' where id = ${event?.id ?? ""}`);
    const leaves = await eventLeaves(admin);
    await expect(expectTree(admin, leaves)).rejects.toThrow();
  });
});

describe("a log that an older version sealed without hashes", () => {
  beforeEach(open);
  afterEach(close);

  /** Seals, then takes away what an older version did not write. */
  async function oldLog(events: number): Promise<void> {
    await insertEvents(admin, variedEvents(events));
    while ((await sealBatch(sealer, 5000)) > 0);
    await admin`update audit_tile set hashes = null, subroots = null`;
    await admin`update audit_seal_tail set leaf_hash = null`;
    await admin`delete from audit_node`;
    await admin`update audit_head set root = null`;
  }

  it("is hashed from its first leaf before sealing goes on, and what was pruned by then says so", async () => {
    await admin`select audit_make_partition(now() - interval '100 days')`;
    await admin.begin(async (tx) => {
      await setClock(tx, new Date(Date.now() - 100 * 86_400_000).toISOString());
      await insertEvents(tx, variedEvents(700));
    });
    await oldLog(2400);
    await admin`select audit_prune_edge()`;
    const before = await sealedOrder(admin);
    await insertEvents(admin, variedEvents(50));
    await expect(sealBatch(sealer, 100)).rejects.toThrow(UnhashedLog);

    const running = createSealer({ sealerUrl: database.urls.sealer });
    while ((await running.sealOnce()) > 0);
    await running.stop();
    expect((await sealedOrder(admin)).slice(0, 3100)).toEqual(before);
    expect(await sealedOrder(admin)).toHaveLength(3150);
    await expectTree(admin, await eventLeaves(admin, 1, "absent"));
    expect(await admin`select from audit_trouble`).toHaveLength(0);
  });

  it("cut off before any statement is hashed to the end by the next tries", async () => {
    await oldLog(2100);
    let statement = 0;
    for (let cutOff = true; cutOff; ) {
      statement += 1;
      await admin`update audit_tile set hashes = null, subroots = null where tile > 0`;
      await admin`update audit_head set root = null`;
      const connection = postgres(database.urls.sealer, {
        max: 1,
        onnotice: () => {},
        connection: { application_name: "gurulog sealer under test" },
      });
      const cut = cutBefore(connection, statement, admin);
      let state: string = "more";
      while (state === "more") state = await hashOldLog(cut.sql).catch(() => "cut");
      cutOff = cut.sent() >= statement;
      await connection.end({ timeout: 5 });
      while ((await hashOldLog(sealer)) === "more");
      await expectWholeLog(admin, 2100);
    }
    expect(statement).toBeGreaterThan(12);
  }, 120_000);

  it("that is empty, or another instance is sealing, is left alone", async () => {
    expect(await hashOldLog(sealer)).toBe("done");
    await oldLog(3);
    await admin.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('gurulog.seal'))`;
      expect(await hashOldLog(sealer)).toBe("busy");
    });
    expect(await hashOldLog(sealer)).toBe("more");
    expect(await hashOldLog(sealer)).toBe("done");
  });
});

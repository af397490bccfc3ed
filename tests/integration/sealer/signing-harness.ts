import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { type LastSigned, lastSignedIn } from "@/lib/audit/seal/last-signed";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { type Signing, signCheckpointOf } from "@/lib/audit/seal/sign-checkpoint";
import { createTestProduct, type TestProduct } from "../../support/product";
import { insertEvents, variedEvents } from "./events-for-tests";

/** A product whose log a test seals and signs step by step. */
export interface SigningHarness {
  product: TestProduct;
  admin: postgres.Sql;
  sealer: postgres.Sql;
  lastSigned: LastSigned;
  /** Records and seals events. */
  grow(events: number): Promise<void>;
  sign(options?: { by?: LastSigned; limit?: number; sql?: postgres.Sql }): Promise<Signing>;
  /** Signs, and fails unless it is signed. @returns the size */
  signed(): Promise<number>;
  /** Signs, and fails unless it is refused. @returns why */
  refused(by?: LastSigned): Promise<string>;
  /** Another instance: a data folder of its own. */
  otherInstance(): LastSigned;
  /** Sizes of the stored checkpoints, in order. */
  checkpoints(): Promise<number[]>;
  /** Size in the file outside the database; null without one. */
  remembered(): number | null;
  /** Keeps the tables that the log is made of, to bring this state back later as a restored backup would. */
  backup(): Promise<() => Promise<void>>;
  /** Changes what is refused to everybody else, as somebody who owns the database can. */
  asOwner(work: (tx: postgres.TransactionSql) => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

const logTables = [
  "audit_event",
  "audit_outbox",
  "audit_head",
  "audit_seal_tail",
  "audit_tile",
  "audit_node",
  "audit_checkpoint",
  "audit_adoption",
];

export async function signingHarness(): Promise<SigningHarness> {
  const product = await createTestProduct();
  const { admin } = product;
  const sealer = postgres(product.database.urls.sealer, { max: 1, onnotice: () => {} });
  const lastSigned = lastSignedIn(product.runtime.dataDir);
  const folders: string[] = [];
  let made = 0;
  const asOwner: SigningHarness["asOwner"] = async (work) => {
    await admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await work(tx);
    });
  };
  const sign: SigningHarness["sign"] = ({ by = lastSigned, limit, sql = sealer } = {}) =>
    signCheckpointOf(sql, 1, by, limit);
  return {
    product,
    admin,
    sealer,
    lastSigned,
    sign,
    async grow(events) {
      await insertEvents(admin, variedEvents(events, made));
      made += events;
      while ((await sealBatch(sealer, 5_000)) > 0);
    },
    async signed() {
      const signing = await sign();
      if (signing.state !== "signed") throw new Error(`not signed: ${JSON.stringify(signing)}`);
      return signing.size;
    },
    async refused(by) {
      const signing = await sign(by ? { by } : {});
      if (signing.state !== "refused") throw new Error(`not refused: ${JSON.stringify(signing)}`);
      return signing.why;
    },
    otherInstance() {
      const folder = mkdtempSync(path.join(tmpdir(), "gurulog-other-"));
      folders.push(folder);
      return lastSignedIn(folder);
    },
    checkpoints: async () =>
      (await admin`select size::int as size from audit_checkpoint order by size, origin`).map(
        (row) => row.size as number,
      ),
    remembered() {
      try {
        const stored = JSON.parse(readFileSync(lastSigned.file, "utf8"));
        return parseCheckpoint(stored.logs["1"].note).size;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
    },
    async backup() {
      const kept = `kept_${++made}`;
      await admin.unsafe(`create schema ${kept}`);
      for (const table of logTables)
        await admin.unsafe(`create table ${kept}.${table} as table public.${table}`);
      return () =>
        asOwner(async (tx) => {
          for (const table of logTables) {
            await tx.unsafe(`delete from public.${table}`);
            await tx.unsafe(
              `insert into public.${table} overriding system value select * from ${kept}.${table}`,
            );
          }
        });
    },
    asOwner,
    async close() {
      await sealer.end({ timeout: 5 });
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      await product.close();
    },
  };
}

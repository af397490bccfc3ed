import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Archived, archiveDays } from "@/lib/audit/archive/archive-days";
import { type Pruned, type PruneOptions, prune } from "@/lib/audit/retention/prune";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { sealAll } from "../exports/sealing";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";

const dayMs = 86_400_000;

/** A log with old days, and a folder for them. */
export interface ArchiveWorld {
  product: TestProduct;
  folder: string;
  /** Records events at a time of the past. @returns their ids */
  recordAt(at: string, count: number, orgId?: number): Promise<string[]>;
  seal(): Promise<void>;
  archive(folder?: string | undefined): Promise<Archived>;
  cleanUp(more?: Partial<PruneOptions>): Promise<Pruned>;
  setArchiving(on: boolean): Promise<void>;
  /** Name of the partition of a moment. */
  weekOf(at: string): Promise<string>;
  /** Events that stand in the log, hidden or not. */
  eventsLeft(): Promise<number>;
  trouble(): Promise<string | null>;
  /** What is recorded as archived, the oldest first. */
  archived(): Promise<{ day: string; part: number; file: string; events: string; bytes: string }[]>;
  close(): Promise<void>;
}

/** UTC midnight of so many days ago, plus a moment within that day; the cut-off is that of 90. */
export function daysAgo(days: number, offsetMs = 3_600_000): string {
  return new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs + offsetMs).toISOString();
}

export const dayOf = (days: number): string => daysAgo(days).slice(0, 10);

export async function archiveWorld(): Promise<ArchiveWorld> {
  const product = await createTestProduct();
  const { admin, database, runtime } = product;
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-archive-"));
  const as = { maintenanceUrl: database.urls.maintenance, roles: database.roles, mode: runtime.mode };
  await admin`update audit_config set archive = true`;
  return {
    product,
    folder,
    async recordAt(at, count, orgId = 1) {
      await admin`select audit_make_partition(${at}::timestamptz)`;
      const events = variedEvents(count).map((event) => ({ ...event, org_id: orgId }));
      const recorded = await admin.begin(async (tx) => {
        await setClock(tx, at);
        return insertEvents(tx, events);
      });
      return recorded.map((e) => e.id);
    },
    seal: () => sealAll(product),
    archive: (where = folder) => archiveDays({ ...as, folder: where }),
    cleanUp: (more = {}) => prune({ ...as, ...more }),
    setArchiving: async (on) => {
      await admin`update audit_config set archive = ${on}`;
    },
    async weekOf(at) {
      const [week] = await admin<{ name: string }[]>`
        select 'audit_event_' || to_char(${at}::timestamptz at time zone 'UTC', 'IYYY"w"IW') as name`;
      return week?.name ?? "";
    },
    eventsLeft: async () => (await admin`select from audit_event`).length,
    trouble: async () =>
      ((await admin`select detail from audit_trouble where kind = 'archive_unwritable'`)[0]
        ?.detail as string) ?? null,
    archived: async () =>
      (await admin`select day::text, part, file, events, bytes from audit_archive_day order by org_id, day, part`) as never,
    async close() {
      await product.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import postgres from "postgres";
import { indexSegments } from "@/lib/audit/search/index-segments";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { setClock } from "../sealer/events-for-tests";

const dayMs = 86_400_000;

/** Monday 00:00 UTC of the week `weeks` ago. */
export function weekStart(weeks: number): number {
  const today = Math.floor(Date.now() / dayMs);
  // Day 0 was a Thursday.
  return (today - ((today + 3) % 7) - weeks * 7) * dayMs;
}

export interface SearchedEvent {
  at: number;
  actor_email: string | null;
  target_label: string;
  guru_name: string | null;
  guru_slug: string | null;
  operation: string;
  target_id: string;
  ip: string | null;
  action_type?: string;
}

/** Records events at their times, as the owner of the log. */
export async function record(product: TestProduct, events: SearchedEvent[]): Promise<void> {
  const sql = postgres(product.database.urls.maintenance, { max: 1, onnotice: () => {} });
  try {
    for (const at of new Set(events.map((e) => e.at))) {
      const iso = new Date(at).toISOString();
      await sql`select audit_make_partition(${iso}::timestamptz)`;
      await sql.begin(async (tx) => {
        await setClock(tx, iso);
        const rows = events
          .filter((e) => e.at === at)
          .map(({ at: _, ...event }) => ({
            org_id: 1,
            action: "guru.updated",
            action_type: "updated",
            model: "GuruType",
            outcome: "success",
            actor_type: "user",
            actor_id: "somebody",
            target_type: "guru",
            version: "test",
            ...event,
          }));
        await tx`insert into audit_event ${tx(rows)}`;
      });
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const maintenanceOf = ({ runtime }: TestProduct) => ({
  maintenanceUrl: runtime.urls.maintenance,
  roles: runtime.roles,
  mode: runtime.mode,
});

export const index = (product: TestProduct, more: Partial<Parameters<typeof indexSegments>[0]> = {}) =>
  indexSegments({ ...maintenanceOf(product), settledMs: 0, ...more });

/** Names of the indexes of the search and whether each is whole and valid. */
export async function indexesOf(product: TestProduct) {
  return product.admin<{ name: string; week: string; is_whole: boolean; is_valid: boolean }[]>`
    select index_name as name, week, is_whole, is_valid from audit_search_segments()
    where index_name is not null order by week, starts`;
}

export { createTestProduct };

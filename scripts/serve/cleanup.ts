import path from "node:path";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import { archiveDays } from "@/lib/audit/archive/archive-days";
import { takeBackBroken } from "@/lib/audit/archive/archived-files";
import { auditPruned } from "@/lib/audit/catalogue/audit-log";
import { recordEvents } from "@/lib/audit/record/record";
import { ensurePartitions } from "@/lib/audit/retention/ensure-partitions";
import { prune } from "@/lib/audit/retention/prune";
import { eventOf } from "@/lib/gate/facts";
import { startTimers, type Timers } from "@/lib/jobs/timers";
import { runtime } from "@/lib/platform/runtime";
import { executorOf } from "./record-config-changes";
import { root } from "./root";

const minuteMs = 60_000;

/**
 * Removes what is behind the cut-off and records it in the same transaction, as the maintenance role. Nothing removed is
 * no act, and no event.
 */
export async function cleanUp(options: { onlyWhenDue: boolean }): Promise<void> {
  const { urls, roles, mode } = runtime();
  const folder = archiveFolder();
  await prune({
    maintenanceUrl: urls.maintenance,
    roles,
    mode,
    onlyWhenDue: options.onlyWhenDue,
    ...(folder === undefined
      ? {}
      : { beforeRemoval: async (sql) => (await takeBackBroken(sql, folder)).allRead }),
    async inTransaction(tx, { cutoff, removed, removedInAll }) {
      if (removed === 0 || !cutoff) return;
      const fact = {
        target: { id: String(systemPrincipal.orgId) },
        label: "Audit log",
        details: { cutoff: cutoff.toISOString(), rowsRemoved: removed, removedInAll },
      };
      await recordEvents(executorOf(tx), [eventOf(auditPruned, fact, systemPrincipal, noRequest)]);
    },
  });
}

function archiveFolder(): string | undefined {
  const { GURULOG_ARCHIVE_DIR: folder } = runtime().env;
  return folder === undefined ? undefined : path.resolve(root, folder);
}

/** Writes the days that are about to expire to the archive; what waited for it is then removed at once. */
async function archive(): Promise<void> {
  const { urls, roles, mode } = runtime();
  const { freed } = await archiveDays({
    maintenanceUrl: urls.maintenance,
    roles,
    mode,
    folder: archiveFolder(),
  });
  if (freed) await cleanUp({ onlyWhenDue: false });
}

/**
 * The cleanup daily at 03:00 UTC and at start when overdue: looked at each minute, decided by the database's clock. The
 * archive goes ahead of it by days.
 */
export function startCleanup(): Timers {
  const { urls } = runtime();
  return startTimers([
    { name: "cleanup of the log", everyMs: minuteMs, run: () => cleanUp({ onlyWhenDue: true }) },
    { name: "archive of the log", everyMs: 10 * minuteMs, run: archive },
    {
      name: "weeks of the log ahead",
      everyMs: 360 * minuteMs,
      run: () => ensurePartitions({ maintenanceUrl: urls.maintenance }),
    },
  ]);
}

import type postgres from "postgres";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import {
  keyRotated,
  loggingDisabled,
  loggingEnabled,
  retentionChanged,
} from "@/lib/audit/catalogue/audit-log";
import type { EventInput } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import type { DriverHolder } from "@/lib/db/client";
import { eventOf } from "@/lib/gate/facts";
import type { ConfigChanges } from "./agreement";

/**
 * Records, as System and in the transaction that stores them, the settings of the log that differ from the last start.
 */
export async function recordConfigChanges(
  tx: postgres.TransactionSql,
  changes: ConfigChanges,
): Promise<void> {
  const target = { id: String(systemPrincipal.orgId) };
  const label = "Audit log";
  const events: EventInput[] = [];
  if (changes.loggingEnabled) {
    const { from, to } = changes.loggingEnabled;
    const change = { field: "audit_logging_enabled", before: from, after: to };
    events.push(
      eventOf(
        to ? loggingEnabled : loggingDisabled,
        { target, label, changes: [change] },
        systemPrincipal,
        noRequest,
      ),
    );
  }
  if (changes.retentionDays) {
    const { from, to } = changes.retentionDays;
    const change = { field: "retention_days", before: from, after: to };
    events.push(eventOf(retentionChanged, { target, label, changes: [change] }, systemPrincipal, noRequest));
  }
  if (changes.sealingKeys) {
    const { from, to } = changes.sealingKeys;
    const change = { field: "sealing_keys", before: from.join(", "), after: to.join(", ") };
    events.push(eventOf(keyRotated, { target, label, changes: [change] }, systemPrincipal, noRequest));
  }
  await recordEvents(executorOf(tx), events);
}

/** A transaction of the driver as the recorder takes one. */
export function executorOf(tx: postgres.TransactionSql): DriverHolder {
  return { _: { session: { client: tx } } };
}

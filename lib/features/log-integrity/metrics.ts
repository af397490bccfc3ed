import "server-only";
import { sql } from "drizzle-orm";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { logState } from "@/lib/audit/state/log-state";
import { type TroubleKind, troubleKinds } from "@/lib/audit/trouble";
import { anyone } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";

/** The log's gauges: their names are a contract with whoever has set up alerts on them. */
const gauges = {
  gurulog_seal_lag_seconds:
    "Age of the oldest event without a place in the sealed order or a checkpoint over it",
  gurulog_events_unsealed: "Events without a place in the sealed order",
  gurulog_tree_size: "Events in the sealed order",
  gurulog_checkpoint_size: "Events that the last signed checkpoint covers",
  gurulog_checkpoint_age_seconds:
    "Time since the last signed checkpoint; it is normal for a log at rest to be old",
  gurulog_signing_refused: "1 while the log is not being signed because it does not continue what was signed",
  gurulog_last_verification_timestamp_seconds: "When the last verification ended",
  gurulog_last_verification_passed:
    "1 when the last verification found nothing, 0 when it did or could not be done",
  gurulog_database_bytes: "Size of the database",
  gurulog_log_bytes: "Size of the audit log with everything derived from it",
  gurulog_disk_free_bytes: "Free space of the embedded database's volume",
  gurulog_partition_days_ahead: "Days for which acts can be recorded in the weeks made ahead",
} as const;
type GaugeName = keyof typeof gauges;

const slot = Symbol.for("gurulog.metrics");
interface Metrics {
  registry: Registry;
  gauges: Record<GaugeName, Gauge>;
  alarm: Gauge<"kind">;
}

/** One registry a process, also where the module is loaded twice: the defaults watch the garbage collector. */
function metrics(): Metrics {
  const holder = globalThis as { [slot]?: Metrics };
  holder[slot] ??= makeMetrics();
  return holder[slot];
}

function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const made = Object.entries(gauges).map(([name, help]) => [
    name,
    new Gauge({ name, help, registers: [registry] }),
  ]);
  return {
    registry,
    gauges: Object.fromEntries(made) as Record<GaugeName, Gauge>,
    alarm: new Gauge({
      name: "gurulog_alarm_active",
      help: "1 while something of this kind is wrong with the audit log",
      labelNames: ["kind"],
      registers: [registry],
    }),
  };
}

export interface MetricsText {
  contentType: string;
  text: string;
}

/** The state of the log as Prometheus reads it. What is not known (an external disk) is left out, never 0. */
export const logMetrics = query<null, null, MetricsText>({
  // The route asks for a token of its own; there is no person behind it.
  allow: anyone,
  async run({ db, principal }) {
    const { orgId } = principal;
    const [{ seal, size, disk }, troubles, verifications] = await Promise.all([
      logState(orgId),
      db.execute<{ kind: TroubleKind }>(sql`select kind from audit_trouble`),
      db.execute<{ at: number; passed: boolean }>(sql`
        select extract(epoch from finished_at)::float8 as at, state = 'passed' as passed from audit_verification
        where org_id = ${orgId} and finished_at is not null order by finished_at desc limit 1`),
    ]);
    const { registry, gauges, alarm } = metrics();
    const verified = verifications[0];
    const values: Record<GaugeName, number | null | undefined> = {
      gurulog_seal_lag_seconds: seal.lagS,
      gurulog_events_unsealed: seal.unsealed,
      gurulog_tree_size: seal.size,
      gurulog_checkpoint_size: seal.checkpoint?.size,
      gurulog_checkpoint_age_seconds:
        seal.checkpoint && Math.max(0, (Date.now() - seal.checkpoint.createdAt.getTime()) / 1000),
      gurulog_signing_refused: seal.refused === null ? 0 : 1,
      gurulog_last_verification_timestamp_seconds: verified?.at,
      gurulog_last_verification_passed: verified && (verified.passed ? 1 : 0),
      gurulog_database_bytes: size.databaseBytes,
      gurulog_log_bytes: size.logBytes,
      gurulog_disk_free_bytes: disk.kind === "known" ? disk.space.free : null,
      gurulog_partition_days_ahead: size.partitionDaysAhead,
    };
    for (const [name, value] of Object.entries(values)) {
      const gauge = gauges[name as GaugeName];
      if (value === null || value === undefined) gauge.remove();
      else gauge.set(value);
    }
    for (const kind of troubleKinds) alarm.set({ kind }, troubles.some((t) => t.kind === kind) ? 1 : 0);
    return { contentType: registry.contentType, text: await registry.metrics() };
  },
});

/** The token that the metrics ask for; null when there are none. */
export const metricsToken = (): string | null => runtime().env.GURULOG_METRICS_TOKEN ?? null;

import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns";
import { guru } from "./gurus";
import { integration } from "./integrations";

/** Where a job stands. */
const backfillStatuses = ["WAITING", "SYNCING", "COMPLETED", "FAILED"] as const;
/** What of a Zendesk is read. */
const backfillContentTypes = ["tickets", "articles"] as const;

/** What System brings in from an integration again and again. */
export const backfillJob = pgTable(
  "backfill_job",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    integrationId: uuid("integration_id")
      .notNull()
      .references(() => integration.id, { onDelete: "cascade" }),
    /** JQL, CQL, a search, a channel's id or `owner/repository`, by the type of the integration. */
    query: text("query").notNull(),
    /** The query as people call it: a channel's name instead of its id. */
    label: text("label").notNull(),
    contentType: text("content_type", { enum: backfillContentTypes }),
    /** Of a channel: how far back it is read. */
    days: integer("days"),
    intervalHours: integer("interval_hours").notNull(),
    paused: boolean("paused").notNull().default(false),
    status: text("status", { enum: backfillStatuses }).notNull().default("WAITING"),
    /** Why it failed, or what it left out, in words. */
    note: text("note"),
    addedTotal: integer("added_total").notNull().default(0),
    runFound: integer("run_found").notNull().default(0),
    runAdded: integer("run_added").notNull().default(0),
    runChanged: integer("run_changed").notNull().default(0),
    /** Null while it is paused, and while a run is wanted or under way. */
    nextRunAt: moment("next_run_at"),
    /** A run is to begin; the job of the queue that finds this false has been done by another. */
    runWanted: boolean("run_wanted").notNull().default(true),
    /** The place behind the last page that was kept, as the service's reader understands it; `at` null = behind all. */
    position: jsonb("position").$type<{ at: unknown }>(),
    /** Who works on the run: a worker that finds another number here has been relieved and stops. */
    runClaim: integer("run_claim").notNull().default(0),
    /** Runs begun since a page was last kept, so that one that kills its process ends. */
    attempts: integer("attempts").notNull().default(0),
    heartbeatAt: moment("heartbeat_at").notNull().default(sql`gurulog_now()`),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [
    index("backfill_job_guru").on(t.guruId),
    index("backfill_job_integration").on(t.integrationId),
    index("backfill_job_due").on(t.nextRunAt).where(sql`next_run_at is not null`),
    index("backfill_job_under_way").on(t.heartbeatAt).where(sql`run_wanted or status = 'SYNCING'`),
  ],
);

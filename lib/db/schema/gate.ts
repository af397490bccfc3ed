import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, createdAt, id, moment } from "./columns";

/** What became of an attempt, kept 24 h so that a repeat does and records nothing twice. */
export const attempt = pgTable(
  "attempt",
  {
    principal: text("principal").notNull(),
    attemptId: text("attempt_id").notNull(),
    command: text("command").notNull(),
    inputDigest: bytea("input_digest").notNull(),
    /** `ok` or the refusal's code. */
    outcome: text("outcome").notNull(),
    message: text("message"),
    targetId: text("target_id"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.principal, t.attemptId] }), index("attempt_age").on(t.createdAt)],
);

/** Acts counted durably and written as one event when their minute closes (spec: throttled, denied, rejected). */
export const auditCounter = pgTable(
  "audit_counter",
  {
    kind: text("kind", {
      enum: ["throttled", "access.denied", "api_key.rejected", "webhook.rejected"],
    }).notNull(),
    principal: text("principal").notNull(),
    target: text("target").notNull(),
    minute: moment("minute").notNull(),
    count: integer("count").notNull(),
    firstAt: moment("first_at").notNull(),
    lastAt: moment("last_at").notNull(),
    /** The event to write, without count and times. */
    event: jsonb("event").notNull(),
    /** Id of the event written at once for the first of the minute, if one was. */
    firstEventId: uuid("first_event_id"),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.principal, t.target, t.minute] }),
    index("audit_counter_minute").on(t.minute),
  ],
);

/** Start of the window in which a repeated read is not recorded again (audit.viewed; cursor reads of a key). */
export const readWindow = pgTable(
  "read_window",
  {
    kind: text("kind").notNull(),
    principal: text("principal").notNull(),
    digest: bytea("digest").notNull(),
    startedAt: moment("started_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.principal, t.digest] })],
);

/** One export of the log: made by the POST that records it, downloaded once. */
export const exportJob = pgTable(
  "export_job",
  {
    id: id(),
    orgId: integer("org_id").notNull(),
    accountId: uuid("account_id").notNull(),
    /** Null = the global log. */
    guruId: uuid("guru_id"),
    format: text("format", { enum: ["csv", "xlsx", "json", "zip"] }).notNull(),
    filter: jsonb("filter").notNull(),
    fileName: text("file_name").notNull(),
    state: text("state", { enum: ["pending", "running", "done", "failed", "cancelled"] })
      .notNull()
      .default("pending"),
    /** Null = counting took too long. */
    rowsExpected: bigint("rows_expected", { mode: "number" }),
    rowsSent: bigint("rows_sent", { mode: "number" }).notNull().default(0),
    bytesSent: bigint("bytes_sent", { mode: "number" }).notNull().default(0),
    cancelRequested: boolean("cancel_requested").notNull().default(false),
    /** JSON text; null for a file that was not sent whole. */
    manifest: text("manifest"),
    /** Events of the filter that the file's checkpoint does not cover. */
    notYetSealed: bigint("not_yet_sealed", { mode: "number" }).notNull().default(0),
    eventId: uuid("event_id"),
    instanceId: text("instance_id"),
    createdAt: createdAt(),
    startedAt: moment("started_at"),
    /** Last sign of life while it runs; a silent one is a crashed one. */
    heartbeatAt: moment("heartbeat_at"),
    finishedAt: moment("finished_at"),
  },
  (t) => [index("export_job_account").on(t.accountId, sql`created_at desc`)],
);

/** A filter of the log under a name. */
export const savedView = pgTable(
  "saved_view",
  {
    id: id(),
    orgId: integer("org_id").notNull(),
    /** Null = the global log. */
    guruId: uuid("guru_id"),
    accountId: uuid("account_id").notNull(),
    name: text("name").notNull(),
    /** The form in which names are compared. */
    nameKey: text("name_key").notNull(),
    /** Only what is active, as the log's events record a filter. */
    filter: jsonb("filter").$type<Record<string, string | string[]>>().notNull(),
    /** Days up to the one on which the view is opened, in place of a range. */
    recentDays: smallint("recent_days"),
    shared: boolean("shared").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    unique("saved_view_name").on(t.orgId, t.guruId, t.accountId, t.nameKey).nullsNotDistinct(),
    index("saved_view_account").on(t.accountId),
    index("saved_view_guru").on(t.guruId),
  ],
);

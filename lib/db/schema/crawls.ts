import { sql } from "drizzle-orm";
import { boolean, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns";
import { guru } from "./gurus";

/** A search for the pages of a site, before any of them is a source. */
export const crawl = pgTable("crawl", {
  id: id(),
  guruId: uuid("guru_id")
    .notNull()
    .references(() => guru.id, { onDelete: "cascade" }),
  kind: text("kind", { enum: ["links", "sitemap"] }).notNull(),
  url: text("url").notNull(),
  maxPages: integer("max_pages").notNull(),
  state: text("state", { enum: ["waiting", "running", "done", "stopped", "failed"] })
    .notNull()
    .default("waiting"),
  stopRequested: boolean("stop_requested").notNull().default(false),
  /** Why it failed, or what it left out, in words. */
  note: text("note"),
  attempts: integer("attempts").notNull().default(0),
  heartbeatAt: moment("heartbeat_at").notNull().default(sql`gurulog_now()`),
  createdBy: uuid("created_by"),
  createdAt: createdAt(),
  finishedAt: moment("finished_at"),
});

/** A page that a search has met. */
export const crawlUrl = pgTable(
  "crawl_url",
  {
    crawlId: uuid("crawl_id")
      .notNull()
      .references(() => crawl.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    url: text("url").notNull(),
    title: text("title").notNull().default(""),
    state: text("state", { enum: ["known", "found", "refused"] })
      .notNull()
      .default("known"),
    note: text("note"),
  },
  (t) => [primaryKey({ columns: [t.crawlId, t.ordinal] })],
);

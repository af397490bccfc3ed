import { index, integer, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { apiKey } from "./accounts";
import { bytea, createdAt, id, moment } from "./columns";
import { guru } from "./gurus";

/** A site on which people may ask a guru. */
export const widget = pgTable(
  "widget",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    /** What the site's pages send: 32 random bytes, base64url. Anybody can read it there; the domain is the rule. */
    publicId: text("public_id").notNull(),
    /** `scheme://host[:port]`, or a pattern with `*`. */
    domain: text("domain").notNull(),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("widget_public_id").on(t.publicId),
    uniqueIndex("widget_domain").on(t.guruId, t.domain),
  ],
);

/** How many answers somebody asked for in their present minute. */
export const answerTurn = pgTable(
  "answer_turn",
  {
    subject: text("subject").primaryKey(),
    startedAt: moment("started_at").notNull(),
    taken: integer("taken").notNull(),
  },
  (t) => [index("answer_turn_started").on(t.startedAt)],
);

/** What a request with an `Idempotency-Key` was answered. */
export const apiReply = pgTable(
  "api_reply",
  {
    apiKeyId: uuid("api_key_id")
      .notNull()
      .references(() => apiKey.id, { onDelete: "cascade" }),
    attemptId: text("attempt_id").notNull(),
    /** Keyed, of address and body: another request under the same key is not given this answer. */
    askedDigest: bytea("asked_digest").notNull(),
    status: smallint("status").notNull(),
    contentType: text("content_type").notNull(),
    body: text("body").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.apiKeyId, t.attemptId] }), index("api_reply_created").on(t.createdAt)],
);

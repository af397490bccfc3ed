import { sql } from "drizzle-orm";
import { index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, id, moment } from "./columns";
import { guru } from "./gurus";

/** A credential of a guru, under the key ring; sources name it as `{NAME}`. */
export const secret = pgTable(
  "secret",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** What `sealSecret` made, in the context of its guru and name: in another row it does not open. */
    sealed: bytea("sealed").notNull(),
    /** The key of the ring that closed it, by which a rotation finds what is left to do. */
    keyId: text("key_id").notNull(),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [unique("secret_name").on(t.guruId, t.name), index("secret_key").on(t.keyId)],
);

import { sql } from "drizzle-orm";
import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** `bytea` as a Node Buffer. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => "bytea",
});

/** A uuidv7 primary key that the database gives. */
export const id = () => uuid("id").primaryKey().default(sql`gurulog_uuidv7()`);

/** A moment in UTC; the database's clock gives the default. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

export const createdAt = () => moment("created_at").notNull().default(sql`gurulog_now()`);

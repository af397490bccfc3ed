import { index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./columns";
import { guru } from "./gurus";

/**
 * The sources that an answer quoted, one a row: `question.references` in a form that can be counted. Kept by triggers of the
 * database; nothing else writes it. They go with the guru, as questions do. A source that was deleted since keeps its rows.
 */
export const questionSource = pgTable(
  "question_source",
  {
    questionId: uuid("question_id").notNull(),
    sourceId: uuid("source_id").notNull(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    door: text("door").notNull(),
    askedAt: moment("asked_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.questionId, t.sourceId] }),
    // It includes the columns that are counted, which drizzle has no word for.
    index("question_source_asked").on(t.guruId, t.askedAt),
  ],
);

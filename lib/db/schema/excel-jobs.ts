import { sql } from "drizzle-orm";
import { bigint, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, id, moment } from "./columns";
import { guru } from "./gurus";

/** Where a job stands. */
const excelJobStates = ["waiting", "running", "completed", "cancelled", "failed"] as const;
export type ExcelJobState = (typeof excelJobStates)[number];
/** What became of one answer. */
const excelAnswerStates = ["waiting", "answered", "unanswered", "failed"] as const;
export type ExcelAnswerState = (typeof excelAnswerStates)[number];

/** A workbook whose questions System answers. */
export const excelJob = pgTable(
  "excel_job",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    /** The upload the workbook came by; kept with the job, as it is filled when it is downloaded. */
    uploadId: uuid("upload_id").notNull().unique(),
    fileName: text("file_name").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    sha256: bytea("sha256").notNull(),
    /** The sheet's place in the workbook, counted from 0. */
    sheet: integer("sheet").notNull(),
    sheetName: text("sheet_name").notNull(),
    /** Counted from 1, as columns are; 0 = there is none. */
    headerRow: integer("header_row").notNull(),
    questionColumn: integer("question_column").notNull(),
    answerColumns: integer("answer_columns").array().notNull(),
    state: text("state", { enum: excelJobStates }).notNull().default("waiting"),
    /** Why it failed, in words. */
    reason: text("reason"),
    /** When its questions were kept; null = the workbook has not been read yet. */
    readAt: moment("read_at"),
    /** Answers to find, and how many came out how. */
    total: integer("total").notNull().default(0),
    answered: integer("answered").notNull().default(0),
    unanswered: integer("unanswered").notNull().default(0),
    failed: integer("failed").notNull().default(0),
    /** Rows left out because nothing in them was empty. */
    skippedRows: integer("skipped_rows").notNull().default(0),
    /** Who works on it: a worker that finds another number here has been relieved and stops. */
    runClaim: integer("run_claim").notNull().default(0),
    /** Runs begun since the last answer was kept, so that one that kills its process ends. */
    attempts: integer("attempts").notNull().default(0),
    heartbeatAt: moment("heartbeat_at").notNull().default(sql`gurulog_now()`),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
    finishedAt: moment("finished_at"),
  },
  (t) => [
    index("excel_job_guru").on(t.guruId, t.id),
    index("excel_job_under_way").on(t.heartbeatAt).where(sql`state in ('waiting', 'running')`),
  ],
);

/** One cell to be filled. */
export const excelAnswer = pgTable(
  "excel_answer",
  {
    jobId: uuid("job_id")
      .notNull()
      .references(() => excelJob.id, { onDelete: "cascade" }),
    sheetRow: integer("sheet_row").notNull(),
    sheetColumn: integer("sheet_column").notNull(),
    /** As the guru is asked. */
    question: text("question").notNull(),
    state: text("state", { enum: excelAnswerStates }).notNull().default("waiting"),
    answer: text("answer"),
    /** How far the sources bear it, 0 to 100. */
    confidence: integer("confidence"),
    /** Why there is no answer, in words. */
    note: text("note"),
  },
  (t) => [
    primaryKey({ columns: [t.jobId, t.sheetRow, t.sheetColumn] }),
    index("excel_answer_waiting").on(t.jobId, t.sheetRow, t.sheetColumn).where(sql`state = 'waiting'`),
  ],
);

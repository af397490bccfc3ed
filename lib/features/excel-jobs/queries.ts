import "server-only";
import { and, asc, desc, eq, isNotNull, lte, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { maxWorkbookBytes } from "@/lib/access/workbook-size";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import type { ExcelJobQuery } from "./schemas";
import { mostExcelJobs } from "./schemas";
import type { Fillings } from "./workbook/fill";

const rowsPerPage = 100;

/** The Excel jobs of a guru, newest first. */
export const guruExcelJobs = query({
  allow: onGuru<string>("excel-job:manage", (ref) => ref),
  async run({ db, scope }) {
    const { excelJob, account } = schema;
    const jobs = await db
      .select({ job: excelJob, createdBy: account.email })
      .from(excelJob)
      .leftJoin(account, eq(account.id, excelJob.createdBy))
      .where(eq(excelJob.guruId, scope.guru.id))
      .orderBy(desc(excelJob.id))
      .limit(mostExcelJobs);
    return { guru: scope.guru, jobs: jobs.map(({ job, createdBy }) => ({ ...job, createdBy })) };
  },
});

const afterShape = /^(\d{1,7})-(\d{1,5})$/;

/**
 * One job with a page of its answers, in the order of the sheet.
 * @param input.after the place of the last answer of the page before, as `row-column`
 * @returns null when the guru has no such job
 */
export const excelJobDetails = query({
  allow: onGuru<{ guru: string; id: string } & ExcelJobQuery>("excel-job:manage", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { excelJob, excelAnswer, account } = schema;
    const [found] = await db
      .select({ job: excelJob, createdBy: account.email })
      .from(excelJob)
      .leftJoin(account, eq(account.id, excelJob.createdBy))
      .where(and(eq(excelJob.guruId, scope.guru.id), eq(excelJob.id, input.id)));
    if (!found) return null;
    const [, row, column] = afterShape.exec(input.after ?? "") ?? [];
    const rows = await db
      .select()
      .from(excelAnswer)
      .where(
        and(
          eq(excelAnswer.jobId, found.job.id),
          input.state ? eq(excelAnswer.state, input.state) : undefined,
          row === undefined
            ? undefined
            : sql`(${excelAnswer.sheetRow}, ${excelAnswer.sheetColumn}) > (${Number(row)}, ${Number(column)})`,
        ),
      )
      .orderBy(asc(excelAnswer.sheetRow), asc(excelAnswer.sheetColumn))
      .limit(rowsPerPage + 1);
    const answers = rows.slice(0, rowsPerPage);
    const last = answers.at(-1);
    const next = rows.length > rowsPerPage && last ? `${last.sheetRow}-${last.sheetColumn}` : null;
    return { guru: scope.guru, job: { ...found.job, createdBy: found.createdBy }, answers, next };
  },
});

/**
 * A workbook that was uploaded for this guru by whoever asks, and is small enough for a job.
 * @returns null for any other
 */
export const workbookToRead = query({
  allow: onGuru<{ guru: string; uploadId: string }>("excel-job:manage", ({ guru }) => guru),
  async run({ db, input, principal, scope }) {
    const { upload } = schema;
    const [found] = await db
      .select({ uploadId: upload.id, fileName: upload.fileName, sizeBytes: upload.sizeBytes })
      .from(upload)
      .where(
        and(
          eq(upload.id, input.uploadId),
          eq(upload.guruId, scope.guru.id),
          eq(upload.accountId, accountOf(principal) ?? input.uploadId),
          eq(upload.kind, "EXCEL"),
          // A file that was sent for a source may be larger.
          lte(upload.sizeBytes, maxWorkbookBytes),
          isNotNull(upload.completedAt),
        ),
      );
    return found ?? null;
  },
});

/**
 * A job and what goes into its workbook.
 * @returns null when the guru has no such job
 */
export const outputToMake = query({
  allow: onGuru<{ guru: string; id: string }>("excel-job:manage", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { excelJob, excelAnswer } = schema;
    const [job] = await db
      .select({
        uploadId: excelJob.uploadId,
        sizeBytes: excelJob.sizeBytes,
        sheet: excelJob.sheet,
        readAt: excelJob.readAt,
      })
      .from(excelJob)
      .where(and(eq(excelJob.guruId, scope.guru.id), eq(excelJob.id, input.id)));
    if (!job) return null;
    const rows = await db
      .select({ row: excelAnswer.sheetRow, column: excelAnswer.sheetColumn, answer: excelAnswer.answer })
      .from(excelAnswer)
      .where(and(eq(excelAnswer.jobId, input.id), eq(excelAnswer.state, "answered")))
      .orderBy(asc(excelAnswer.sheetRow), asc(excelAnswer.sheetColumn));
    const texts: Fillings = rows.map(({ row, column, answer }) => [row, column, answer ?? ""]);
    return { job, texts };
  },
});

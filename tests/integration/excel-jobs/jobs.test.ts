import { randomUUID } from "node:crypto";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { removeUnusedUploads } from "@/lib/features/data-sources/uploads/remove-unused";
import { cancelExcelJob } from "@/lib/features/excel-jobs/commands/cancel-excel-job";
import { createExcelJob } from "@/lib/features/excel-jobs/commands/create-excel-job";
import { deleteExcelJob } from "@/lib/features/excel-jobs/commands/delete-excel-job";
import { lookIntoWorkbook } from "@/lib/features/excel-jobs/look-into-workbook";
import { excelJobDetails, guruExcelJobs } from "@/lib/features/excel-jobs/queries";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { sha256 } from "@/lib/platform/crypto";
import { done, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import { breakTheLog, countOf, testRequest as request } from "@/tests/support/product";
import {
  answersOf,
  choices,
  download,
  eventsOf,
  guru,
  jobOf,
  jobRow,
  member,
  product,
  questionnaire,
  rowsOf,
  run,
  send,
  viewer,
  withExcelProduct,
} from "./excel-harness";

withExcelProduct();

const signal = new AbortController().signal;
const look = (input: unknown, principal = member) => lookIntoWorkbook({ principal, request, input, signal });

describe("an Excel job from upload to download", () => {
  it("answers the questions, and leaves everything else in the workbook as it was", async () => {
    const before = questionnaire();
    const { id: uploadId } = done(await send("Questions.xlsx", before));
    const outline = await look({ guru: guru.slug, uploadId });
    expect(outline).toMatchObject({
      ok: true,
      value: {
        fileName: "Questions.xlsx",
        sheets: [
          { index: 0, name: "Cover", rows: 1, columns: 1 },
          {
            ...{ index: 1, name: "Security", rows: 6, columns: 3 },
            preview: [
              { row: 1, texts: ["No.", "Question", "Answer"] },
              { row: 2, texts: ["1", "How often are backups of the journal made?"] },
              { row: 3 },
              { row: 4 },
              { row: 5 },
              { row: 6, texts: ["5"] },
            ],
          },
        ],
      },
    });
    expect(await look({ guru: guru.slug, uploadId, choices })).toMatchObject({
      ok: true,
      value: { counts: { questions: 4, answersToFill: 3, rowsToSkip: 1 } },
    });
    const input = { guru: guru.slug, uploadId, ...choices };
    const { id } = done(await createExcelJob.execute({ principal: member, request, input }));
    expect(await jobRow(id)).toMatchObject({ state: "waiting", read_at: null });
    expect(await download(id)).toMatchObject({ ok: false, code: "conflict" });

    await run(id);
    expect(await jobRow(id)).toMatchObject({
      ...{ state: "completed", sheet_name: "Security", reason: null },
      ...{ total: 3, answered: 2, unanswered: 1, failed: 0, skipped_rows: 1 },
    });
    const answers = await answersOf(id);
    expect(answers).toMatchObject([
      {
        sheet_row: 2,
        sheet_column: 3,
        state: "answered",
        answer: expect.stringContaining("each night at two"),
      },
      { sheet_row: 4, sheet_column: 3, state: "answered", answer: expect.stringContaining("ninety days") },
      { sheet_row: 5, sheet_column: 3, state: "unanswered", answer: null, note: expect.stringMatching(/\w/) },
    ]);

    const made = done(await download(id));
    expect(made.fileName).toBe("Questions (answered).xlsx");
    const rows = rowsOf(made.bytes, "Security");
    expect(rows.map((row) => row[2])).toEqual([
      ...["Answer", answers[0]?.answer, "Kari Nordmann", answers[1]?.answer],
      ...[null, null],
    ]);
    expect(rows.map((row) => row.slice(0, 2))).toEqual(
      rowsOf(before, "Security").map((row) => row.slice(0, 2)),
    );
    const [old, now] = [unzipSync(before), unzipSync(made.bytes)];
    expect(Object.keys(now)).toEqual(Object.keys(old));
    const changed = Object.keys(old).filter(
      (name) => !Buffer.from(old[name] ?? []).equals(Buffer.from(now[name] ?? [])),
    );
    expect(changed).toEqual(["xl/worksheets/sheet2.xml"]);

    const log = await eventsOf(id);
    expect(log.map((e) => [e.operation, e.actor_type, e.outcome, e.target_label])).toEqual([
      ["CREATE_EXCEL_JOB", "user", "success", "Questions.xlsx"],
      ["COMPLETE_EXCEL_JOB", "system", "success", "Questions.xlsx"],
      ["DOWNLOAD_EXCEL_OUTPUT", "user", "success", "Questions.xlsx"],
    ]);
    expect(log.map((e) => e.details)).toMatchObject([
      {
        ...{ sha256: sha256(before).toString("hex"), sizeBytes: before.length },
        ...{ questionColumn: "B", answerColumns: ["C"], headerRow: 1 },
      },
      { total: 3, answered: 2, unanswered: 1, failed: 0, remaining: 0, skippedRows: 1 },
      { answered: 2, sizeBytes: made.bytes.length, sha256: sha256(made.bytes).toString("hex") },
    ]);
    expect(log[1]?.changes).toEqual([{ field: "state", before: "running", after: "completed" }]);
    for (const event of log) expect(event).toMatchObject({ guru_id: guru.id, model: "ExcelJob" });
    // No question of a job is kept or recorded as one that somebody asked.
    expect(await countOf("question")).toBe(0);
    expect(await product.events("guru.asked")).toEqual([]);
  });

  it("says with several columns what of a question each is for", async () => {
    const id = await jobOf(questionnaire(), { ...choices, answerColumns: [4, 3] });
    await run(id);
    const asked = await product.admin`select sheet_column, question from excel_answer
      where job_id = ${id} and sheet_row = 2 order by sheet_column`;
    expect(asked.map((row) => [row.sheet_column, row.question])).toEqual([
      [3, "How often are backups of the journal made? (Answer)"],
      [4, "How often are backups of the journal made?"],
    ]);
    expect(await jobRow(id)).toMatchObject({ total: 7, skipped_rows: 0 });
    const { bytes } = done(await download(id));
    expect(rowsOf(bytes, "Security")[1]?.slice(2)).toEqual([
      expect.stringContaining("each night"),
      expect.stringContaining("each night"),
    ]);
  });

  it("is downloaded once an attempt, and never without a record", async () => {
    const id = await jobOf(questionnaire());
    await run(id);
    const attemptId = randomUUID();
    expect(await download(id, member, { attemptId })).toMatchObject({ ok: true });
    expect(await download(id, member, { attemptId })).toMatchObject({ ok: false, code: "conflict" });
    const mend = await breakTheLog(product);
    expect(await download(id)).toMatchObject({ ok: false, code: "internal" });
    await mend();
    expect((await eventsOf(id)).filter((e) => e.operation === "DOWNLOAD_EXCEL_OUTPUT")).toHaveLength(1);
  });

  it("is deleted with its workbook and answers", async () => {
    const id = await jobOf(questionnaire());
    await run(id);
    const { upload_id: uploadId } = await jobRow(id);
    const input = { guru: guru.slug, id };
    done(await deleteExcelJob.execute({ principal: member, request, input }));
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      operation: "DELETE_EXCEL_JOB",
      action_type: "deleted",
      details: { sheet: "Security" },
    });
    expect(await answersOf(id)).toHaveLength(0);
    const [left] = await product.admin`select count(*)::int as n from upload where id = ${uploadId}`;
    expect(left?.n).toBe(0);
    expect(await deleteExcelJob.execute({ principal: member, request, input })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    // The job of the queue, delivered late, finds nothing to do.
    await run(id);
  });

  it("goes with its guru, one event each, with the guru's as cause", async () => {
    const other = await guruOf(member);
    const { id: uploadId } = done(await send("Questions.xlsx", questionnaire()));
    await product.admin`update upload set guru_id = ${other.id} where id = ${uploadId}`;
    const input = { guru: other.slug, uploadId, ...choices };
    const { id } = done(await createExcelJob.execute({ principal: member, request, input }));
    const confirmation = other.slug;
    done(await deleteGuru.execute({ principal: member, request, input: { guru: other.slug, confirmation } }));
    const [deleted] = await product.events("guru.deleted");
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      action: "excel_job.deleted",
      cause: deleted?.id,
      guru_slug: other.slug,
    });
  });
});

describe("what an Excel job refuses", () => {
  it("is for maintainers: a viewer is forbidden everything, and that is recorded", async () => {
    const id = await jobOf(questionnaire());
    const by = { principal: viewer, request };
    const before = (await product.events("access.denied")).length;
    const tries = [
      send("a.xlsx", questionnaire(), viewer),
      look({ guru: guru.slug, uploadId: randomUUID() }, viewer),
      createExcelJob.execute({ ...by, input: { guru: guru.slug, uploadId: randomUUID(), ...choices } }),
      cancelExcelJob.execute({ ...by, input: { guru: guru.slug, id } }),
      deleteExcelJob.execute({ ...by, input: { guru: guru.slug, id } }),
      download(id, viewer),
      guruExcelJobs.execute({ ...by, input: guru.slug }),
      excelJobDetails.execute({ ...by, input: { guru: guru.slug, id } }),
    ];
    for (const answer of await Promise.all(tries))
      expect(answer).toMatchObject({ ok: false, code: "forbidden" });
    const denied = (await product.events("access.denied")).slice(before);
    expect(denied.length).toBeGreaterThan(0);
    for (const event of denied) expect(event.actor_id).toBe(viewer.accountId);
  });

  it("takes each workbook once, of the same person and guru alone", async () => {
    const { id: uploadId } = done(await send("Questions.xlsx", questionnaire()));
    const input = { guru: guru.slug, uploadId, ...choices };
    const colleague = await product.person("colleague@halden.example", "owner");
    expect(await createExcelJob.execute({ principal: colleague, request, input })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    const jobs = await countOf("excel_job");
    const mend = await breakTheLog(product);
    const unrecorded = await createExcelJob.execute({ principal: member, request, input });
    await mend();
    expect(unrecorded).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("excel_job")).toBe(jobs);
    done(await createExcelJob.execute({ principal: member, request, input }));
    expect(await createExcelJob.execute({ principal: member, request, input })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect(
      await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } }),
    ).toMatchObject({ ok: false, code: "not_found" });
    // What a job uses is no leftover.
    await product.admin`update upload set created_at = now() - interval '3 days' where id = ${uploadId}`;
    await removeUnusedUploads();
    const [kept] = await product.admin`select count(*)::int as n from upload where id = ${uploadId}`;
    expect(kept?.n).toBe(1);
  });

  it("names each choice that is wrong", async () => {
    const { id: uploadId } = done(await send("Questions.xlsx", questionnaire()));
    const wrong: [object, string][] = [
      [{ sheet: "x" }, "Choose a sheet."],
      [{ headerRow: -1 }, "Give the number of the header row"],
      [{ headerRow: 1_048_577 }, "Give the number of the header row"],
      [{ questionColumn: 0 }, "Choose the column with the questions."],
      [{ questionColumn: 3 }, "cannot take the answers too"],
      [{ answerColumns: [] }, "Choose at least one column"],
      [{ answerColumns: [16_385] }, "Choose answer columns of the list."],
      [{ answerColumns: Array.from({ length: 11 }, (_, n) => n + 4) }, "at most 10 columns"],
    ];
    for (const [change, message] of wrong) {
      const input = { guru: guru.slug, uploadId, ...choices, ...change };
      expect(await createExcelJob.execute({ principal: member, request, input })).toMatchObject({
        ...{ ok: false, code: "invalid", message: expect.stringContaining(message) },
      });
      const looked = { guru: guru.slug, uploadId, choices: { ...choices, ...change } };
      expect(await look(looked)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
    }
    expect(await look({ guru: guru.slug, uploadId, choices: { ...choices, sheet: 7 } })).toMatchObject({
      ...{ ok: false, message: expect.stringContaining("no such sheet") },
    });
    expect(await look(null)).toMatchObject({ ok: false, code: "invalid" });
    expect(await look({ guru: guru.slug, uploadId: randomUUID() })).toMatchObject({ code: "not_found" });
  });
});

import { randomBytes } from "node:crypto";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { createExcelJob } from "@/lib/features/excel-jobs/commands/create-excel-job";
import { deleteExcelJob } from "@/lib/features/excel-jobs/commands/delete-excel-job";
import { lookIntoWorkbook } from "@/lib/features/excel-jobs/look-into-workbook";
import { workbookToRead } from "@/lib/features/excel-jobs/queries";
import { requeueSilentExcelJobs } from "@/lib/features/excel-jobs/running/runs";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import { packed } from "@/tests/support/documents/office";
import { testRequest as request } from "@/tests/support/product";
import {
  choices,
  download,
  eventsOf,
  guru,
  jobOf,
  member,
  product,
  questionnaire,
  run,
  send,
  withExcelProduct,
} from "./excel-harness";

withExcelProduct();

const by = () => ({ principal: member, request });

/** Holds an upload, has something wait for it, and lets it go with what was done meanwhile. */
async function whileHeld<T>(
  uploadId: string,
  waiting: () => Promise<T>,
  meanwhile: (sql: typeof product.admin) => Promise<unknown>,
): Promise<T> {
  let answer: Promise<T> | undefined;
  await product.admin.begin(async (sql) => {
    await sql`select from upload where id = ${uploadId} for update`;
    answer = waiting();
    await expect
      .poll(
        () => product.admin`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        { timeout: 20_000 },
      )
      .toHaveLength(1);
    await meanwhile(sql as unknown as typeof product.admin);
  });
  if (!answer) throw new Error("nothing waited");
  return answer;
}

describe("the size of a workbook", () => {
  it("is at most 20 MB, whatever it was sent for", async () => {
    const picture = { "xl/media/large.png": randomBytes(20 * 1024 * 1024) };
    const bytes = packed({ ...unzipSync(questionnaire()), ...picture });
    const body = new Blob([new Uint8Array(bytes)]).stream();
    const sent = { ...by(), guru: guru.slug, fileName: "Large.xlsx", declaredBytes: bytes.length, body };
    const { id: uploadId } = done(await receiveUpload(sent));
    const input = { guru: guru.slug, uploadId };
    const refused = { ok: false, code: "not_found" };
    expect(await workbookToRead.execute({ ...by(), input })).toMatchObject({ ok: true, value: null });
    expect(await lookIntoWorkbook({ ...by(), input, signal: new AbortController().signal })).toMatchObject(
      refused,
    );
    expect(await createExcelJob.execute({ ...by(), input: { ...input, ...choices } })).toMatchObject(refused);
    done(await addFileSource.execute({ ...by(), input }));
  }, 60_000);
});

describe("the sheet that events name", () => {
  it("is its number until the workbook has been read, and its name too afterwards", async () => {
    const [early, late] = [await jobOf(questionnaire()), await jobOf(questionnaire())];
    await run(late);
    for (const id of [early, late])
      done(await deleteExcelJob.execute({ ...by(), input: { guru: guru.slug, id } }));
    const said = async (id: string) =>
      (await eventsOf(id))
        .filter((e) => /^(CREATE|DELETE)_/.test(e.operation ?? ""))
        .map((e) => ({ sheetNumber: e.details.sheetNumber, sheet: e.details.sheet }));
    const number = { sheetNumber: 2, sheet: undefined };
    expect(await said(early)).toEqual([number, number]);
    expect(await said(late)).toEqual([number, { sheetNumber: 2, sheet: "Security" }]);
  });
});

describe("two uses of one upload at a time", () => {
  it("are one: a job sees the source that it waited for, and a source the job", async () => {
    const { id: first } = done(await send("Questions.xlsx", questionnaire()));
    const job = await whileHeld(
      first,
      () => createExcelJob.execute({ ...by(), input: { guru: guru.slug, uploadId: first, ...choices } }),
      (sql) => sql`insert into data_source (guru_id, kind, title, upload_id, file_name, size_bytes, sha256)
        select guru_id, kind, 'Taken', id, file_name, size_bytes, sha256 from upload where id = ${first}`,
    );
    expect(job).toMatchObject({ ok: false, code: "not_found" });
    const { id: second } = done(await send("Questions.xlsx", questionnaire()));
    const source = await whileHeld(
      second,
      () => addFileSource.execute({ ...by(), input: { guru: guru.slug, uploadId: second, title: "Other" } }),
      (
        sql,
      ) => sql`insert into excel_job (guru_id, upload_id, file_name, size_bytes, sha256, sheet, sheet_name,
          header_row, question_column, answer_columns)
        select guru_id, id, file_name, size_bytes, sha256, 1, 'S', 1, 2, '{3}' from upload where id = ${second}`,
    );
    expect(source).toMatchObject({ ok: false, code: "not_found" });
  });
});

describe("many downloads of one person", () => {
  it("are refused beyond four at a time, before their answers are read", async () => {
    const id = await jobOf(questionnaire());
    await run(id);
    const answers = await Promise.all(Array.from({ length: 7 }, () => download(id)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(4);
    for (const answer of answers)
      if (!answer.ok)
        expect(answer).toMatchObject({ code: "conflict", message: expect.stringContaining("4 workbooks") });
    done(await download(id));
  }, 60_000);
});

describe("a job that waits for long", () => {
  const placesOf = async (id: string) =>
    (
      await product.admin`
        select 1 from pgboss.job where name = 'run-excel-job' and data->>'excelJobId' = ${id} and state = 'created'`
    ).length;

  it("keeps its one place in the queue, and gets another only when that is lost", async () => {
    const id = await jobOf(questionnaire());
    const look = async () => {
      await product.admin`update excel_job set heartbeat_at = now() - interval '11 minutes' where id = ${id}`;
      expect(await requeueSilentExcelJobs()).toBe(1);
    };
    await look();
    await look();
    expect(await placesOf(id)).toBe(1);
    await product.admin`delete from pgboss.job where data->>'excelJobId' = ${id}`;
    await look();
    await look();
    expect(await placesOf(id)).toBe(1);
    await run(id);
  });
});

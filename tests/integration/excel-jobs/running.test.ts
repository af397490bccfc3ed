import { describe, expect, it } from "vitest";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { cancelExcelJob } from "@/lib/features/excel-jobs/commands/cancel-excel-job";
import type { DraftAnswer } from "@/lib/features/excel-jobs/running/find-answer";
import { runExcelJob } from "@/lib/features/excel-jobs/running/run-excel-job";
import { requeueSilentExcelJobs } from "@/lib/features/excel-jobs/running/runs";
import { startWorker } from "@/lib/jobs/worker";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import { until } from "@/tests/integration/gurus/worker-harness";
import { makeWorkbook } from "@/tests/support/documents/office";
import { testRequest as request } from "@/tests/support/product";
import {
  answersOf,
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
  withExcelProduct,
} from "./excel-harness";

withExcelProduct();

const twoColumns = { sheet: 0, headerRow: 1, questionColumn: 1, answerColumns: [2] };
/** So many questions, which differ by their number. */
const manyQuestions = (count: number) =>
  makeWorkbook({
    Many: [
      ["Question"],
      ...Array.from({ length: count }, (_, n) => [`Backups of the journal, number ${n}?`]),
    ],
  });
const cancel = (id: string) =>
  cancelExcelJob.execute({ principal: member, request, input: { guru: guru.slug, id } });
const silent = (id: string) =>
  product.admin`update excel_job set heartbeat_at = now() - interval '31 seconds' where id = ${id}`;

/** Counts what is asked, and lets something happen at one of the questions. */
function watched(at: number, happen: (signal: AbortSignal) => Promise<void>) {
  const asked: string[] = [];
  const draft: DraftAnswer = async (guruId, question, signal) => {
    asked.push(question);
    if (asked.length === at) await happen(signal);
    return draftAnswer(guruId, question, signal);
  };
  return { asked, draft };
}

describe("running an Excel job", () => {
  it("is done by the worker, as System", async () => {
    const id = await jobOf(questionnaire());
    const worker = await startWorker({ databaseUrl: product.runtime.urls.direct });
    try {
      await until("the end of the job", async () => (await jobRow(id)).state === "completed");
    } finally {
      await worker.stop();
    }
    expect((await eventsOf(id)).map((e) => [e.operation, e.actor_type])).toEqual([
      ["CREATE_EXCEL_JOB", "user"],
      ["COMPLETE_EXCEL_JOB", "system"],
    ]);
  });

  it("goes on after a crash midway, and asks nothing twice that was kept", async () => {
    const id = await jobOf(manyQuestions(9), twoColumns);
    // The first run dies without a word at its seventh question: it never comes back from there.
    let dead = () => {};
    const died = new Promise<void>((resolve) => {
      dead = resolve;
    });
    const first = watched(7, () => {
      dead();
      return new Promise(() => {});
    });
    void runExcelJob({ excelJobId: id }, first.draft);
    await died;
    await until("six answers", async () => (await jobRow(id)).answered >= 6);
    expect((await jobRow(id)).state).toBe("running");
    // Alive, as far as anybody knows.
    await run(id);
    expect((await jobRow(id)).run_claim).toBe(1);
    await silent(id);
    expect(await requeueSilentExcelJobs()).toBe(1);
    const keptBefore = (await answersOf(id)).filter((answer) => answer.state !== "waiting").length;
    const second = watched(0, async () => {});
    await runExcelJob({ excelJobId: id }, second.draft);
    expect(second.asked).toHaveLength(9 - keptBefore);
    expect(await jobRow(id)).toMatchObject({ state: "completed", total: 9, answered: 9 });
    expect((await eventsOf(id)).filter((e) => e.operation === "COMPLETE_EXCEL_JOB")).toHaveLength(1);
    const { bytes } = done(await download(id));
    expect(rowsOf(bytes, "Many").filter((row) => String(row[1]).includes("each night"))).toHaveLength(9);
  });

  it("is done once, however often it is delivered", async () => {
    const id = await jobOf(manyQuestions(5), twoColumns);
    const { asked, draft } = watched(0, async () => {});
    await Promise.all(Array.from({ length: 4 }, () => runExcelJob({ excelJobId: id }, draft)));
    await runExcelJob({ excelJobId: id }, draft);
    expect(asked).toHaveLength(5);
    expect((await eventsOf(id)).filter((e) => e.operation === "COMPLETE_EXCEL_JOB")).toHaveLength(1);
  });

  it("stops when it is cancelled, keeps what was found, and gives that out", async () => {
    const id = await jobOf(manyQuestions(9), twoColumns);
    const { asked, draft } = watched(4, async () => {
      done(await cancel(id));
    });
    await runExcelJob({ excelJobId: id }, draft);
    expect(asked).toHaveLength(6);
    expect(await jobRow(id)).toMatchObject({ state: "cancelled", answered: 3, total: 9 });
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      ...{ operation: "CANCEL_EXCEL_JOB", actor_type: "user" },
      changes: [{ field: "state", before: "running", after: "cancelled" }],
      details: { total: 9, answered: 3, remaining: 6 },
    });
    expect(await cancel(id)).toMatchObject({ ok: false, code: "conflict" });
    await run(id);
    const { bytes } = done(await download(id));
    expect(rowsOf(bytes, "Many").map((row) => typeof row[1])).toEqual([
      ...["object", "string", "string", "string"],
      ...Array<string>(6).fill("object"),
    ]);
  });

  it("is cancelled before it began", async () => {
    const id = await jobOf(questionnaire());
    done(await cancel(id));
    await run(id);
    expect(await jobRow(id)).toMatchObject({ state: "cancelled", read_at: null, run_claim: 1 });
  });

  it("gives its place back when the worker stops, without counting that", async () => {
    const id = await jobOf(manyQuestions(6), twoColumns);
    const stopping = new AbortController();
    const { draft } = watched(4, async () => stopping.abort());
    await runExcelJob({ excelJobId: id }, draft, stopping.signal);
    expect(await jobRow(id)).toMatchObject({ state: "waiting", attempts: 0, answered: 3 });
    await run(id);
    expect(await jobRow(id)).toMatchObject({ state: "completed", answered: 6 });
  });

  it("says of a question why it has no answer, and goes on", async () => {
    const long = `Why? ${"x".repeat(1_000)}`;
    const book = makeWorkbook({ S: [["Question"], [long], ["Broken?"], ["Slow?"], ["Backups?"]] });
    const id = await jobOf(book, twoColumns);
    const draft: DraftAnswer = async (guruId, question, signal) => {
      if (question === "Broken?") throw new Error("broken for a test");
      if (question === "Slow?")
        return { content: "half", outcome: "failed", note: "The model took too long.", confidence: 0 };
      return draftAnswer(guruId, question, signal);
    };
    await runExcelJob({ excelJobId: id }, draft);
    expect(await answersOf(id)).toMatchObject([
      { state: "failed", answer: null, note: expect.stringContaining("longer than 1,000 characters") },
      { state: "failed", answer: null, note: expect.stringContaining("error on our side") },
      { state: "failed", answer: null, note: "The model took too long." },
      { state: "answered", note: null },
    ]);
    expect(await jobRow(id)).toMatchObject({ state: "completed", answered: 1, failed: 3 });
  });

  it("ends with the reason when the workbook has no questions, or was broken off again and again", async () => {
    const empty = await jobOf(makeWorkbook({ S: [["Question"]] }), twoColumns);
    await run(empty);
    expect(await jobRow(empty)).toMatchObject({
      ...{ state: "failed", reason: expect.stringContaining("no questions in this column") },
    });
    expect((await eventsOf(empty)).at(-1)).toMatchObject({
      operation: "COMPLETE_EXCEL_JOB",
      changes: [{ field: "state", before: "running", after: "failed" }],
      details: { message: expect.stringContaining("no questions") },
    });
    const broken = await jobOf(questionnaire());
    await product.admin`update excel_job set attempts = 4 where id = ${broken}`;
    await run(broken);
    expect(await jobRow(broken)).toMatchObject({
      ...{ state: "failed", reason: expect.stringContaining("broken off 4 times") },
    });
  });
});

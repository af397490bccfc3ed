import { describe, expect, it } from "vitest";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { lookIntoWorkbook } from "@/lib/features/excel-jobs/look-into-workbook";
import { guruExcelJobs } from "@/lib/features/excel-jobs/queries";
import { runExcelJob } from "@/lib/features/excel-jobs/running/run-excel-job";
import { type WorkbookLimits, workbookLimits } from "@/lib/features/excel-jobs/workbook-apart";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import { makeWorkbook, withPart } from "@/tests/support/documents/office";
import { testRequest as request } from "@/tests/support/product";
import {
  choices,
  download,
  eventsOf,
  guru,
  jobOf,
  jobRow,
  member,
  questionnaire,
  run,
  send,
  withExcelProduct,
} from "./excel-harness";

withExcelProduct();

const mib = 1024 * 1024;
const first = { sheet: 0, headerRow: 1, questionColumn: 1, answerColumns: [2] };

/**
 * A question in its second row, and below it many cells that nobody asks for: in memory they are a hundred times the file,
 * and take a second or more, however fast the machine is.
 */
function makeLarge(): Buffer {
  const further = Array.from(
    { length: 150_000 },
    (_, n) => `<row r="${n + 3}"><c r="D${n + 3}"><v>${n}</v></c><c r="E${n + 3}"><v>1</v></c></row>`,
  ).join("");
  return withPart(
    makeWorkbook({ Rates: [["Question"], ["How are backups of the journal made?"]] }),
    "xl/worksheets/sheet1.xml",
    (xml) => xml.replace(/<dimension [^>]*>/, "").replace("</sheetData>", `${further}</sheetData>`),
  );
}
const large = makeLarge();

const lookAt = (uploadId: string, chosen: typeof first, limits: WorkbookLimits) =>
  lookIntoWorkbook({
    ...{ principal: member, request, signal: new AbortController().signal, limits },
    input: { guru: guru.slug, uploadId, choices: chosen },
  });

/** Other people's work meanwhile: questions of the database, and another workbook read to its end. */
async function othersGoOn(): Promise<void> {
  const jobs = await guruExcelJobs.execute({ principal: member, request, input: guru.slug });
  expect(jobs.ok).toBe(true);
  const { id } = done(await send("Small.xlsx", questionnaire()));
  expect(await lookAt(id, choices, workbookLimits)).toMatchObject({
    ok: true,
    value: { counts: { questions: 4 } },
  });
}

const cases: [what: string, limits: Partial<WorkbookLimits>, words: string][] = [
  ["more memory than it may", { memoryBytes: 160 * mib }, "takes more memory than is allowed (160 MB)"],
  ["longer than it may", { wholeMs: 400 }, "takes longer than is allowed (1 min)"],
  ["long without a word", { pieceMs: 400 }, "stood still at one part for longer than is allowed (1 min)"],
];

it("a workbook of half a megabyte that needs more than a gigabyte is refused by the limits of the product", async () => {
  const row = `<row r="3">${'<c r="D3"><v>1</v></c>'.repeat(100_000)}</row>`;
  const bytes = withPart(
    makeWorkbook({ Rates: [["Question"], ["Why?"]] }),
    "xl/worksheets/sheet1.xml",
    (xml) => xml.replace("</sheetData>", `${row.repeat(90)}</sheetData>`),
  );
  expect(bytes.length).toBeLessThan(mib);
  const { id } = done(await send("Bomb.xlsx", bytes));
  const looking = lookAt(id, first, workbookLimits);
  await othersGoOn();
  expect(await looking).toMatchObject({
    ...{ ok: false, code: "invalid" },
    message: expect.stringContaining("takes more memory than is allowed (1024 MB)"),
  });
  await othersGoOn();
}, 120_000);

describe("a workbook whose reading takes", () => {
  it.each(cases)(
    "%s is refused in words to whoever looks into it, and everything else goes on",
    async (_, less, words) => {
      const { id } = done(await send("Large.xlsx", large));
      // What the first of all takes (bundling the script) is none of the workbook's.
      await othersGoOn();
      const before = process.memoryUsage().rss;
      const looking = lookAt(id, first, { ...workbookLimits, ...less });
      await othersGoOn();
      expect(await looking).toEqual({
        ...{ ok: false, code: "invalid" },
        message: `Reading this file ${words}. Split it into smaller ones and upload those.`,
      });
      await othersGoOn();
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * mib);
      // It is the limit: with those of the product the same file is read.
      expect(await lookAt(id, first, workbookLimits)).toMatchObject({
        ...{ ok: true, value: { counts: { questions: 1, answersToFill: 1 } } },
      });
    },
    120_000,
  );

  it.each(cases)(
    "%s ends its job with that reason, recorded, and the next job is done",
    async (_, less, words) => {
      const id = await jobOf(large, first, "Large.xlsx");
      await runExcelJob({ excelJobId: id }, draftAnswer, undefined, { ...workbookLimits, ...less });
      expect(await jobRow(id)).toMatchObject({
        ...{ state: "failed", total: 0, read_at: null, reason: expect.stringContaining(words) },
      });
      expect((await eventsOf(id)).at(-1)).toMatchObject({
        operation: "COMPLETE_EXCEL_JOB",
        actor_type: "system",
        changes: [{ field: "state", before: "running", after: "failed" }],
        details: { message: expect.stringContaining(words) },
      });
      const next = await jobOf(questionnaire());
      await run(next);
      expect(await jobRow(next)).toMatchObject({ state: "completed" });
    },
    120_000,
  );

  it("longer than a page can wait is told so, and whoever waits next is served: with that file, too", async () => {
    const { id } = done(await send("Large.xlsx", large));
    const limits = { ...workbookLimits, patienceMs: 400 };
    expect(await lookAt(id, first, limits)).toEqual({
      ...{ ok: false, code: "invalid" },
      message:
        "This takes longer than a page can wait. Try again when less is going on, or split the workbook.",
    });
    await othersGoOn();
    expect(await lookAt(id, first, workbookLimits)).toMatchObject({
      ...{ ok: true, value: { counts: { questions: 1, answersToFill: 1 } } },
    });
  }, 120_000);
});

it("a workbook whose filling takes too much is not given out, and that is not recorded as a download", async () => {
  const id = await jobOf(large, first, "Large.xlsx");
  await run(id);
  expect(await jobRow(id)).toMatchObject({ state: "completed", answered: 1 });
  // Filling takes the sheet apart without a library, so it needs less of everything.
  for (const [less, words] of [
    [{ wholeMs: 1 }, "takes longer than is allowed"],
    [{ pieceMs: 1 }, "stood still at one part"],
    [{ memoryBytes: 30 * mib }, "takes more memory than is allowed (30 MB)"],
  ] as const)
    expect(await download(id, member, { limits: { ...workbookLimits, ...less } })).toMatchObject({
      ...{ ok: false, code: "conflict", message: expect.stringContaining(words) },
    });
  const recorded = async () => (await eventsOf(id)).filter((e) => e.operation === "DOWNLOAD_EXCEL_OUTPUT");
  expect(await recorded()).toEqual([]);
  done(await download(id));
  expect(await recorded()).toHaveLength(1);
}, 120_000);

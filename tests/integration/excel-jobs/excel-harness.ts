import { afterAll, beforeAll } from "vitest";
import { read, utils } from "xlsx";
import type { UserPrincipal } from "@/lib/access/principal";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { createExcelJob } from "@/lib/features/excel-jobs/commands/create-excel-job";
import { downloadOutput } from "@/lib/features/excel-jobs/download-output";
import { runExcelJob } from "@/lib/features/excel-jobs/running/run-excel-job";
import type { WorkbookLimits } from "@/lib/features/excel-jobs/workbook-apart";
import { done, giveRole, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import { makeWorkbook } from "@/tests/support/documents/office";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";

export let product: TestProduct;
export let member: UserPrincipal;
export let viewer: UserPrincipal;
export let guru: { id: string; slug: string };

const knowledge = `# Backups
Backups of the journal are made each night at two and copied to Trondheim.

# Retention
Copies of the journal are kept for ninety days, then they are shredded.
`;

/** To be called at the top of a file: a product, and a member's guru that knows something. */
export function withExcelProduct(): void {
  beforeAll(async () => {
    product = await createTestProduct();
    member = await product.person("m.solberg@halden.example");
    viewer = await product.person("viewer@halden.example");
    guru = await guruOf(member);
    await giveRole(guru.id, viewer, "viewer");
    await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Operations", knowledge) });
  });
  afterAll(() => product.close());
}

/** Four questions: one is answered by hand already, one has nothing to do with what the guru knows. */
export const questionnaire = () =>
  makeWorkbook({
    Cover: [["Vendor questionnaire"]],
    Security: [
      ["No.", "Question", "Answer"],
      [1, "How often are backups of the journal made?", null],
      [2, "Who is the owner?", "Kari Nordmann"],
      [3, "How long are copies of the journal kept?", null],
      [4, "Zyzzyva quixotry?", null],
      [5, null, null],
    ],
  });
export const choices = { sheet: 1, headerRow: 1, questionColumn: 2, answerColumns: [3] };

export function send(fileName: string, bytes: Buffer, principal = member) {
  const body = new Blob([new Uint8Array(bytes)]).stream();
  const about = { principal, request, guru: guru.slug, use: "excel-job" as const };
  return receiveUpload({ ...about, fileName, declaredBytes: bytes.length, body });
}

/** A job that waits, made of this workbook. */
export async function jobOf(
  bytes: Buffer,
  chosen: object = choices,
  fileName = "Questions.xlsx",
): Promise<string> {
  const { id: uploadId } = done(await send(fileName, bytes));
  const input = { guru: guru.slug, uploadId, ...chosen };
  return done(await createExcelJob.execute({ principal: member, request, input })).id;
}

export const run = (excelJobId: string) => runExcelJob({ excelJobId }, draftAnswer);

export async function jobRow(id: string) {
  const [row] = await product.admin`select * from excel_job where id = ${id}`;
  if (!row) throw new Error("no such job");
  return row;
}

export const answersOf = (id: string) => product.admin<
  { sheet_row: number; sheet_column: number; state: string; answer: string | null; note: string | null }[]
>`select sheet_row, sheet_column, question, state, answer, confidence, note from excel_answer
  where job_id = ${id} order by sheet_row, sheet_column`;

export const eventsOf = async (id: string) => (await product.events()).filter((e) => e.target_id === id);

export const download = (
  id: string,
  principal = member,
  further: { attemptId?: string; limits?: WorkbookLimits } = {},
) =>
  downloadOutput({
    ...{ guru: guru.slug, id, principal, request, signal: new AbortController().signal },
    ...further,
  });

/** The rows of a sheet as a spreadsheet library shows them. */
export function rowsOf(bytes: Buffer, sheet: string): unknown[][] {
  const found = read(bytes, { type: "buffer" }).Sheets[sheet];
  if (!found) throw new Error(`no sheet ${sheet}`);
  return utils.sheet_to_json(found, { header: 1, defval: null, blankrows: true });
}

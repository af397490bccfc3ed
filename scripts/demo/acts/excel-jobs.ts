import { utils, write } from "xlsx";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { cancelExcelJob } from "@/lib/features/excel-jobs/commands/cancel-excel-job";
import { createExcelJob } from "@/lib/features/excel-jobs/commands/create-excel-job";
import { deleteExcelJob } from "@/lib/features/excel-jobs/commands/delete-excel-job";
import { downloadOutput } from "@/lib/features/excel-jobs/download-output";
import { runExcelJob } from "@/lib/features/excel-jobs/running/run-excel-job";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type World } from "./world";

/** A questionnaire is answered and taken along; another was the wrong one, is cancelled and deleted. */
export type ExcelStep = "answered" | "withdrawn";

const choices = { sheet: 0, headerRow: 1, questionColumn: 2, answerColumns: [3] };

/** Whoever made the guru has the questions of a customer answered by it. */
export async function excelJobAct(
  world: World,
  { slug, step }: { slug: string; step: ExcelStep },
): Promise<void> {
  const { spec } = liveGuru(world, slug);
  const call = callOf(await present(world, spec.maker));
  const later = (fewestMs: number, mostMs: number) =>
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(fewestMs, mostMs));
  const questions = step === "answered" ? spec.questions : spec.questions.slice(0, 2);
  const bytes = questionnaireOf(questions);
  const sent = { guru: slug, use: "excel-job" as const, declaredBytes: bytes.length };
  const fileName =
    step === "answered" ? "Customer questionnaire.xlsx" : "Customer questionnaire (draft).xlsx";
  const body = new Blob([new Uint8Array(bytes)]).stream();
  const { id: uploadId } = done(await receiveUpload({ ...call, ...sent, fileName, body }));
  later(20_000, 60_000);
  const { id } = done(await createExcelJob.execute({ ...call, input: { guru: slug, uploadId, ...choices } }));
  const input = { guru: slug, id };
  if (step === "answered") {
    later(1_000, 4_000);
    await runExcelJob({ excelJobId: id }, draftAnswer);
    later(60_000, 240_000);
    const { signal } = new AbortController();
    done(await downloadOutput({ ...call, ...input, signal }));
    return;
  }
  later(4_000, 9_000);
  done(await cancelExcelJob.execute({ ...call, input }));
  later(9_000, 30_000);
  done(await deleteExcelJob.execute({ ...call, input }));
}

function questionnaireOf(questions: readonly string[]): Buffer {
  const rows = [["No.", "Question", "Answer"], ...questions.map((question, index) => [index + 1, question])];
  const workbook = utils.book_new();
  utils.book_append_sheet(workbook, utils.aoa_to_sheet(rows), "Questions");
  return write(workbook, { type: "buffer", bookType: "xlsx", compression: true }) as Buffer;
}

import type { QuestionCounts, SheetOutline } from "@/lib/features/excel-jobs/schemas";

interface Outline {
  fileName: string;
  sheets: SheetOutline[];
}

/** Where the questions stand and the answers go; rows and columns counted from 1, sheets from 0. */
export interface Choices {
  sheet: number;
  headerRow: number;
  questionColumn: number;
  answerColumns: number[];
}

type Looked<V> = { ok: true; value: V } | { ok: false; message: string };

const unanswered = "The server did not answer. Try again.";

/** What a workbook has to choose from. */
export function readSheets(guru: string, uploadId: string): Promise<Looked<Outline>> {
  return look({ guru, uploadId });
}

/** What a job with these choices would ask. */
export async function countQuestions(
  guru: string,
  uploadId: string,
  choices: Choices,
): Promise<Looked<QuestionCounts>> {
  const looked = await look<{ counts: QuestionCounts }>({ guru, uploadId, choices });
  return looked.ok ? { ok: true, value: looked.value.counts } : looked;
}

async function look<V>(sent: object): Promise<Looked<V>> {
  try {
    const answer = await fetch("/excel-jobs/workbook", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(sent),
    });
    const told = (await answer.json()) as V & { message?: string };
    return answer.ok ? { ok: true, value: told } : { ok: false, message: told.message ?? unanswered };
  } catch {
    // No answer, or one in the words of a proxy in between.
    return { ok: false, message: unanswered };
  }
}

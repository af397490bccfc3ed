import "server-only";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import { sha256 } from "@/lib/platform/crypto";
import type { Result } from "@/lib/platform/errors";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { downloadExcelOutput } from "./commands/download-excel-output";
import { outputToMake } from "./queries";
import { excelJobInput } from "./schemas";
import { fillApart, type WorkbookLimits, whileWaiting, workbookLimits } from "./workbook-apart";

interface Asked {
  guru: string;
  id: string;
  principal: Principal;
  request: RequestFacts;
  signal: AbortSignal;
  /** A repeat of it is refused: nothing leaves unrecorded. */
  attemptId?: string;
  /** In tests less than usual. */
  limits?: WorkbookLimits;
}

const failed = (code: "invalid" | "not_found" | "conflict", message: string) =>
  ({ ok: false, code, message }) as const;

/**
 * The workbook of a job with the answers found so far in it. It is made first and recorded then, so that the log tells of
 * the very bytes that leave.
 */
export async function downloadOutput(asked: Asked): Promise<Result<{ fileName: string; bytes: Buffer }>> {
  const { principal, request, signal, attemptId, limits = workbookLimits } = asked;
  const input = excelJobInput.safeParse({ guru: asked.guru, id: asked.id });
  if (!input.success) return failed("not_found", "There is no such Excel job.");
  let made: Result<{ answered: number; bytes: Buffer }>;
  try {
    // In turn from the answers on: those of all who wait together would not fit in memory.
    const make = async (until: AbortSignal) => {
      const found = await outputToMake.execute({ principal, request, input: input.data });
      if (!found.ok) return found;
      if (!found.value) return failed("not_found", "There is no such Excel job any more.");
      const { job, texts } = found.value;
      if (!job.readAt)
        return failed("conflict", "This workbook has not been read yet. Try again in a moment.");
      const bytes = await fillApart(job, job.sheet, texts, until, limits);
      return { ok: true, value: { answered: texts.length, bytes } } as const;
    };
    made = await whileWaiting(principal, signal, make, limits);
  } catch (error) {
    if (signal.aborted) return failed("conflict", "The connection ended.");
    if (!(error instanceof Unreadable)) throw error;
    return failed("conflict", error.message);
  }
  if (!made.ok) return made;
  const { answered, bytes } = made.value;
  const recorded = await downloadExcelOutput.execute({
    ...{ principal, request, ...(attemptId ? { attemptId } : {}) },
    input: {
      ...input.data,
      answered,
      sizeBytes: bytes.length,
      sha256: sha256(bytes).toString("hex"),
    },
  });
  if (!recorded.ok) return recorded;
  if ("repeated" in recorded)
    return failed("conflict", "This download was recorded before. Press Download again.");
  return { ok: true, value: { fileName: outputName(recorded.value.fileName), bytes } };
}

const outputName = (fileName: string) => `${fileName.replace(/\.xlsx$/i, "")} (answered).xlsx`;

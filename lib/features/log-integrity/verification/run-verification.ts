import "server-only";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import { NotChecked } from "@/lib/audit/proof/verify/not-checked";
import type { LogReport } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { logError } from "@/lib/platform/log";
import { completeVerification } from "../commands/complete-verification";
import { beginRun, maxAttempts, noteProgress, type Run, releaseRun } from "./runs";
import { verifyApart } from "./verify-apart";

const beatMs = 5_000;

/**
 * The job: verifies the whole log and records the result. A crash of this process leaves the row running and silent; it
 * is queued again after a minute.
 */
export async function runVerification(
  { verificationId }: { verificationId: string },
  signal: AbortSignal,
): Promise<void> {
  const run = await beginRun(verificationId);
  if (!run) return;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let part = 0;
  const beat = setInterval(() => {
    noteProgress(run, part).then(
      (isMine) => isMine || stop.abort(),
      (error: unknown) => logError("progress of the verification", error),
    );
  }, beatMs);
  try {
    const report = await verifyApart(await ownTask(run.orgId), {
      signal: both,
      onProgress: (now) => {
        part = now;
      },
    });
    if (report.findingCount === 0 && report.size > 0 && report.checkpointSize === null)
      throw new NotChecked("No checkpoint of the log was found, so nothing of it is proven.");
    await complete(run, report);
  } catch (error) {
    if (signal.aborted) return releaseRun(run);
    if (!stop.signal.aborted && (error instanceof NotChecked || run.attempt >= maxAttempts))
      return complete(
        run,
        null,
        error instanceof NotChecked ? error.message : "an error; see the server's log",
      );
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function complete(run: Run, report: LogReport | null, problem: string | null = null): Promise<void> {
  const { askedBy } = run;
  const result = await completeVerification.execute({
    principal: { ...systemPrincipal, orgId: run.orgId },
    request: askedBy?.request ?? noRequest,
    input: {
      id: run.id,
      attempt: run.attempt,
      person: askedBy && { accountId: askedBy.accountId, email: askedBy.email },
      events: report?.events ?? 0,
      size: report?.size ?? 0,
      checkpointSize: report?.checkpointSize ?? null,
      durationMs: report?.durationMs ?? 0,
      findings: report?.findings.slice(0, 100) ?? [],
      findingCount: report?.findingCount ?? 0,
      problem,
    },
  });
  if (!result.ok) throw new Error(`the result of a verification was not recorded: ${result.message}`);
}

import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { requireDiskSpace } from "./disk-space";
import { filesOfHeads } from "./files-of-heads";
import { planRun, withBranches } from "./plan";
import {
  beginCodeRun,
  type CodeRun,
  clearDeadCode,
  endFailedRun,
  Overtaken,
  releaseCodeRun,
  whileMine,
} from "./runs";
import { showGeneration } from "./show-generation";
import { refreshTags, toldTags } from "./tags";
import { dropIncomplete, writeSegments } from "./write-segments";

/** Between two signs of life. */
const beatMs = 5_000;

/**
 * The job: writes down the code of a repository that was read, for searches of code. It may be delivered twice and may die at
 * any point: segments that are complete are gone on from, and nothing is seen before all of it is there. The source itself
 * knows nothing of it: what goes wrong here is said with the index, and tried again.
 * @param signal ends the run early, without counting it
 * @param options.free bytes that are free where the database stands, for tests
 */
export async function indexCode(
  { dataSourceId }: { dataSourceId: string },
  signal?: AbortSignal,
  options: { free?: () => Promise<number | null> } = {},
): Promise<void> {
  const run = await beginCodeRun(dataSourceId);
  if (!run) return refreshTags(dataSourceId, signal ?? new AbortController().signal);
  const overtaken = new AbortController();
  const beat = setInterval(() => {
    // When the database is away, the run finds out with its next step.
    whileMine(run, async () => {}).catch((error: unknown) => {
      if (error instanceof Overtaken) overtaken.abort(error);
    });
  }, beatMs);
  try {
    const signals = signal ? [overtaken.signal, signal] : [overtaken.signal];
    await bringIndexUpToDate(run, AbortSignal.any(signals), options.free);
  } catch (error) {
    if (error instanceof Overtaken || overtaken.signal.aborted) return;
    if (signal?.aborted) await releaseCodeRun(run);
    else await endFailedRun(run, inWords(error, dataSourceId));
  } finally {
    clearInterval(beat);
  }
}

async function bringIndexUpToDate(
  run: CodeRun,
  signal: AbortSignal,
  free?: () => Promise<number | null>,
): Promise<void> {
  await dropIncomplete(run);
  const { heads, files, ...about } = await filesOfHeads(run, signal);
  const plan = await planRun(run, withBranches(files, heads));
  await clearDeadCode(run.source.id);
  const bytes = plan.read.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (plan.read.length > 0) await requireDiskSpace(bytes, free);
  for (const folder of new Set(plan.read.map((file) => file.folder))) {
    const ofFolder = plan.read.filter((file) => file.folder === folder);
    await writeSegments(run, { folder, files: ofFolder }, signal);
  }
  signal.throwIfAborted();
  const tags = await toldTags(run.source, heads, signal);
  await showGeneration(run, plan, { heads, ...about, tags });
}

function inWords(error: unknown, dataSourceId: string): string {
  if (error instanceof Unreadable || error instanceof NotNow) return cleanText(error.message);
  logError(`indexing the code of ${dataSourceId}`, error);
  return "Its code could not be indexed because of an error on our side. It is tried again by itself.";
}

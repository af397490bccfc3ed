import "server-only";
import { openReads } from "@/lib/db/reads";
import { evaluate } from "./evaluate";
import { IndexReads } from "./index-reads";
import type { FromProcess, SearchAnswer, SearchOrder, ToProcess } from "./messages";
import { PatternProblem } from "./query-tree";
import type { SearchOutcome } from "./types";

/** The process that searches: one search at a time, over a connection of its own. It ends with whoever started it. */
export function runSearchProcess(): void {
  let reads: IndexReads | null = null;
  let current: AbortController | null = null;
  process.once("disconnect", () => process.exit(0));
  // Whoever started this may have been killed before it listened.
  if (!process.connected) process.exit(0);
  process.on("message", (message: ToProcess) => {
    if (message.kind === "open") reads = new IndexReads(openReads(message.reads, "gurulog code search"));
    else if (message.kind === "cancel") current?.abort();
    else if (reads) {
      current = new AbortController();
      void answerSearch(reads, message.order, current.signal);
    }
  });
  answer({ kind: "ready" });
}

/** Answers, and ends this process where the database does not answer it any more: another one has other connections. */
async function answerSearch(reads: IndexReads, order: SearchOrder, signal: AbortSignal): Promise<void> {
  const message = await search(reads, order, signal);
  if (reads.isStuck()) answer({ ...message, isLast: true }, () => process.exit(0));
  else answer(message);
}

async function search(reads: IndexReads, order: SearchOrder, signal: AbortSignal): Promise<SearchAnswer> {
  try {
    const tell = (outcome: SearchOutcome) =>
      // Once it is sent: what comes next may keep this process from sending anything.
      new Promise<void>((sent) => answer({ kind: "so far", outcome }, () => sent()));
    return { kind: "found", outcome: await evaluate(reads, order, signal, tell) };
  } catch (error) {
    if (error instanceof PatternProblem) return { kind: "refused", message: error.message };
    // Its message may carry the query: the name and the place are enough to find it.
    const { name, stack } = error instanceof Error ? error : new Error("unknown");
    return { kind: "failed", message: `a search of code failed: ${name} ${placeOf(stack)}` };
  }
}

const placeOf = (stack = "") =>
  stack
    .split("\n")
    .find((line) => /^\s+at /.test(line))
    ?.trim() ?? "";

function answer(message: FromProcess, sent = () => {}): void {
  process.send?.(message, sent);
}

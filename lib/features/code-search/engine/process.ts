import "server-only";
import { openReads } from "@/lib/db/reads";
import { evaluate } from "./evaluate";
import { IndexReads } from "./index-reads";
import type { FromProcess, SearchAnswer, SearchedRepository, SearchOrder, ToProcess } from "./messages";
import { PatternProblem } from "./query-tree";
import type { Teller } from "./telling";

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
    else if (reads && message.kind === "ahead") readAhead(reads, message.repositories);
    else if (reads && message.kind === "search") {
      current = new AbortController();
      void answerSearch(reads, message.order, current.signal);
    }
  });
  answer({ kind: "ready" });
}

/** The files of repositories, so that the first search need not read them. */
function readAhead(reads: IndexReads, repositories: Pick<SearchedRepository, "sourceId" | "generation">[]) {
  for (const { sourceId, generation } of repositories)
    reads.files(sourceId, generation).catch(() => undefined);
}

/** Answers, and ends this process where the database does not answer it any more: another one has other connections. */
async function answerSearch(reads: IndexReads, order: SearchOrder, signal: AbortSignal): Promise<void> {
  const message = await search(reads, order, signal);
  if (reads.isStuck()) answer({ ...message, isLast: true }, () => process.exit(0));
  else answer(message);
}

async function search(reads: IndexReads, order: SearchOrder, signal: AbortSignal): Promise<SearchAnswer> {
  try {
    const teller: Teller = {
      // Once it is sent: what comes next may keep this process from sending anything.
      soFar: (soFar) => new Promise((sent) => answer({ kind: "so far", soFar }, () => sent())),
      answering: () => answer({ kind: "answering" }),
    };
    return { kind: "found", outcome: await evaluate(reads, order, signal, teller) };
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

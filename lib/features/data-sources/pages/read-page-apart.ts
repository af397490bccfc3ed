import "server-only";
import { readerScript } from "@/lib/platform/reading-apart/script";
import { Unreadable } from "../indexing/text-piece";
import type { PageContent } from "./page-content";
import type { PageTask } from "./page-frame";
import { PageBeyondLimits, PageReader } from "./page-reader";

/** A page of ten megabytes takes a fifth of it. */
const patienceMs = 20_000;
/** MiB of the process's heap; a page of a hundred thousand elements takes half of it. */
const heapMiB = 512;
/**
 * Seconds that a process may compute. The clock here ends it first; this is for one that was left alone because whoever
 * started it was killed.
 */
const computingS = 90;
/** A process that has computed for so many seconds gets no further page, so that each page has the rest of them. */
const retiredAfterS = 30;
/** A process without a page to read is kept for so long: a site has many, and beginning one takes longer than a page. */
const idleMs = 5_000;

/** The one that waits for the next page, if any. */
let idle: { reader: PageReader; timer: NodeJS.Timeout } | null = null;

/**
 * Reads a page in a process that has nothing of ours: a page that is made to hang or to fill the memory takes nobody
 * along. The process reads the next page, too, unless this one was too much for it.
 * @param longestMs milliseconds for this page
 * @throws Unreadable when the page cannot be read within the limits
 */
export async function readPageApart(
  task: PageTask,
  signal: AbortSignal,
  longestMs = patienceMs,
): Promise<PageContent> {
  signal.throwIfAborted();
  const reader = takeIdle() ?? new PageReader(await readerScript("extract-page"), { heapMiB, computingS });
  const deadline = AbortSignal.timeout(longestMs);
  const ending = AbortSignal.any([signal, deadline]);
  let isDone = false;
  const kill = () => void reader.end();
  ending.addEventListener("abort", kill, { once: true });
  // It may have been aborted while the script was looked up.
  if (ending.aborted) kill();
  try {
    const content = await reader.read(task);
    isDone = true;
    return content;
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted || error instanceof PageBeyondLimits) throw beyond();
    throw error;
  } finally {
    ending.removeEventListener("abort", kill);
    const isKept = isDone && reader.computedS < retiredAfterS && keep(reader);
    if (!isKept) await reader.end();
  }
}

function takeIdle(): PageReader | null {
  if (idle === null) return null;
  const { reader, timer } = idle;
  idle = null;
  clearTimeout(timer);
  if (!reader.isAlive) return null;
  reader.wake();
  return reader;
}

/** @returns false where another one waits already */
function keep(reader: PageReader): boolean {
  if (idle !== null || !reader.isAlive) return false;
  reader.rest();
  const timer = setTimeout(() => {
    idle = null;
    void reader.end();
  }, idleMs);
  timer.unref();
  idle = { reader, timer };
  return true;
}

const beyond = () =>
  new Unreadable(
    "This page is too large inside, or nested too deeply, to be read. Save its text and upload that.",
  );

import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import type { ReadsAddress } from "@/lib/db/reads";
import { childEnv } from "@/lib/platform/child-env";
import { refuse } from "@/lib/platform/errors";
import { readerScript } from "@/lib/platform/reading-apart/script";
import type { FromProcess, SearchOrder, ToProcess } from "./messages";
import { Told } from "./told";
import type { SearchOutcome } from "./types";
import { isWide } from "./wide";

/** Of the time of a search, what it has at least once a process is there for it. */
const leastShare = 0.5;
/** How much longer than its deadline an answer may take that is on its way: it may be large. */
const answeringMs = 1_000;
/** How long a search may go on that nobody waits for any more. */
const cancelGraceMs = 1_000;
const bootMs = 20_000;
const mostWaiting = 64;
const longestWaitMs = 5_000;
const heapMb = 1_024;
/** Of each half of the young generation: nearly all that a search makes is read once, and is gone with the next. */
const youngMb = 32;
export const mostProcesses = Math.min(3, availableParallelism() + 1);
/** Of them may try all texts there are: however many people search so, whoever looks for something else need not wait for them. */
const mostWide = mostProcesses - 1;

interface SearchProcess {
  child: ChildProcess;
  ready: Promise<void>;
  isBusy: boolean;
  /** What it is busy with is not narrowed by the index. */
  isWide: boolean;
  isGone: boolean;
}

/** The process ended, by itself or by somebody's hand: another one may answer. */
class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

/** The processes that search, for one database. They are started when they are needed, and replaced when they end. */
export class ProcessPool {
  readonly #reads: ReadsAddress;
  readonly #processes = new Set<SearchProcess>();
  /** Those that are not among the processes yet. */
  #starting = 0;
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(reads: ReadsAddress) {
    this.#reads = reads;
  }

  /** Process ids of those that run. */
  get pids(): number[] {
    return [...this.#processes].flatMap(({ child }) => child.pid ?? []);
  }

  /**
   * Its deadline is that of the caller: what it waits for a process goes off it, though half of it is left to the search.
   * A process that is not done by then is ended, and what it has told is the answer.
   * @throws Refusal `busy` when too many wait; the signal's reason once it is aborted
   */
  async search(
    order: SearchOrder,
    signal?: AbortSignal,
  ): Promise<{ outcome: SearchOutcome; waitMs: number }> {
    const begun = performance.now();
    const wide = isWide(order.query);
    for (let tries = 1; ; tries++) {
      const found = await this.#take(wide, signal);
      try {
        await found.ready;
        signal?.throwIfAborted();
        const waitMs = performance.now() - begun;
        const deadlineMs = Math.max(order.deadlineMs * leastShare, order.deadlineMs - waitMs);
        return { outcome: await this.#ask(found, { ...order, deadlineMs }, signal), waitMs };
      } catch (error) {
        // Each of them may have been ended at once; a search that ends them itself is not tried for long.
        const isFinal = tries > mostProcesses || performance.now() - begun > bootMs + order.deadlineMs;
        if (!(error instanceof ProcessEnded) || isFinal || this.#isClosed) throw error;
      } finally {
        this.#free(found);
      }
    }
  }

  /** Ends all processes; searches under way fail. */
  close(): void {
    this.#isClosed = true;
    for (const { child } of this.#processes) child.kill("SIGKILL");
  }

  async #take(wide: boolean, signal?: AbortSignal): Promise<SearchProcess> {
    const endsAt = performance.now() + longestWaitMs;
    const isOpen = () => !wide || [...this.#processes].filter((one) => one.isWide).length < mostWide;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#isClosed) throw new Error("the search processes were closed");
      const idle = [...this.#processes].find((one) => !one.isBusy && !one.isGone);
      const hasRoom = this.#processes.size + this.#starting < mostProcesses;
      const found = isOpen() ? (idle ?? (hasRoom ? await this.#start() : null)) : null;
      // Starting gives the turn away; its process may have been taken meanwhile.
      if (found && !found.isBusy && !found.isGone && isOpen()) {
        found.isBusy = true;
        found.isWide = wide;
        return found;
      }
      if (found) this.#wake();
      const leftMs = endsAt - performance.now();
      if (this.#waiting.length >= mostWaiting || leftMs <= 0)
        throw refuse("busy", "Too many searches are running. Search again in a few seconds.", {
          retryAfterS: 2,
        });
      await this.#turn(leftMs, signal);
    }
  }

  #turn(waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        this.#waiting = this.#waiting.filter((other) => other !== done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal?.addEventListener("abort", done);
      this.#waiting.push(done);
    });
  }

  /** All of them, as the first may have to wait for something else than the second; they ask again in their order. */
  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #free(process: SearchProcess): void {
    process.isBusy = false;
    process.isWide = false;
    this.#wake();
  }

  async #start(): Promise<SearchProcess> {
    this.#starting += 1;
    try {
      return this.#spawn(await readerScript("search-code"));
    } finally {
      this.#starting -= 1;
    }
  }

  #spawn(script: string): SearchProcess {
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${heapMb}`, `--max-semi-space-size=${youngMb}`, script],
      {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        // The database's address goes by a message: arguments and environments can be seen by others.
        env: childEnv(),
        serialization: "advanced",
      },
    );
    const made: SearchProcess = {
      child,
      ready: readiness(child),
      isBusy: false,
      isWide: false,
      isGone: false,
    };
    made.ready.catch(() => child.kill("SIGKILL"));
    this.#processes.add(made);
    const gone = () => this.#drop(made);
    child.once("exit", gone);
    child.once("error", gone);
    tell(child, { kind: "open", reads: this.#reads });
    // Whoever is done otherwise ends; a search under way is held by its timer.
    child.unref();
    child.channel?.unref();
    if (this.#isClosed) child.kill("SIGKILL");
    return made;
  }

  #drop(process: SearchProcess): void {
    process.isGone = true;
    this.#processes.delete(process);
    this.#wake();
  }

  /** Ends one that does not listen, and has another one come up in its place: whoever searches next need not wait for that. */
  #replace(process: SearchProcess, { repositories }: SearchOrder): void {
    this.#drop(process);
    process.child.kill("SIGKILL");
    if (this.#isClosed || this.#processes.size + this.#starting >= mostProcesses) return;
    const ahead = repositories.map(({ sourceId, generation }) => ({ sourceId, generation }));
    this.#start().then(
      ({ child }) => {
        tell(child, { kind: "ahead", repositories: ahead });
        this.#wake();
      },
      () => undefined,
    );
  }

  #ask(process: SearchProcess, order: SearchOrder, signal?: AbortSignal): Promise<SearchOutcome> {
    const { child } = process;
    return new Promise((resolve, reject) => {
      const begun = performance.now();
      const told = new Told();
      let isEnded = false;
      let isAnswering = false;
      const giveUp = () => {
        if (isEnded) return;
        this.#replace(process, order);
        end(() => resolve(told.outcome(performance.now() - begun)));
      };
      const late = () => {
        // What it has sent by now is read first.
        setImmediate(() => {
          if (!isAnswering || signal?.aborted) giveUp();
          else if (!isEnded) timer = setTimeout(giveUp, answeringMs);
        });
      };
      let timer = setTimeout(late, order.deadlineMs);
      const cancel = () => {
        tell(child, { kind: "cancel" });
        clearTimeout(timer);
        timer = setTimeout(late, cancelGraceMs);
      };
      const end = (settle: () => void) => {
        isEnded = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        child.off("message", answered).off("exit", ended);
        if (signal?.aborted) reject(signal.reason);
        else settle();
      };
      const answered = (message: FromProcess) => {
        if ("isLast" in message) this.#drop(process);
        if (message.kind === "so far") told.add(message.soFar);
        else if (message.kind === "answering") isAnswering = true;
        else if (message.kind === "found") end(() => resolve(message.outcome));
        else if (message.kind === "refused") end(() => reject(refuse("invalid", message.message)));
        else if (message.kind === "failed") end(() => reject(new Error(message.message)));
      };
      const ended = () => end(() => reject(new ProcessEnded("the search process ended")));
      child.on("message", answered).once("exit", ended);
      signal?.addEventListener("abort", cancel);
      if (child.exitCode !== null || child.signalCode !== null) ended();
      else tell(child, { kind: "search", order });
    });
  }
}

function tell(child: ChildProcess, message: ToProcess): void {
  // It may be gone by now; its exit says so.
  if (child.connected) child.send(message, () => undefined);
}

/** Its first message: it has come up and listens. */
function readiness(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(), bootMs);
    const end = (message?: FromProcess) => {
      clearTimeout(timer);
      child.off("message", end).off("exit", failed).off("error", failed);
      if (message?.kind === "ready") resolve();
      else reject(new ProcessEnded("the search process did not start"));
    };
    const failed = () => end();
    child.once("message", end).once("exit", failed).once("error", failed);
  });
}

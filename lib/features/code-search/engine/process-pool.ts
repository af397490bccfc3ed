import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import type { ReadsAddress } from "@/lib/db/reads";
import { childEnv } from "@/lib/platform/child-env";
import { refuse } from "@/lib/platform/errors";
import { readerScript } from "@/lib/platform/reading-apart/script";
import type { FromProcess, SearchOrder, ToProcess } from "./messages";
import type { SearchOutcome } from "./types";

/** How much longer than its deadline a search may take before its process is ended: it writes down what it found. */
const graceMs = 1_500;
/** The same for one that nobody waits for any more. */
const cancelGraceMs = 250;
const bootMs = 20_000;
const mostWaiting = 64;
const longestWaitMs = 5_000;
const heapMb = 1_024;
/** Of each half of the young generation: nearly all that a search makes is read once, and is gone with the next. */
const youngMb = 32;
export const mostProcesses = Math.min(3, availableParallelism() + 1);

interface SearchProcess {
  child: ChildProcess;
  ready: Promise<void>;
  isBusy: boolean;
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
   * @returns null when it was not done soon after its deadline, and its process was ended for it before it told anything
   * @throws Refusal `busy` when too many wait; the signal's reason once it is aborted
   */
  async search(
    order: SearchOrder,
    signal?: AbortSignal,
  ): Promise<{ outcome: SearchOutcome | null; waitMs: number }> {
    const begun = performance.now();
    for (let tries = 1; ; tries++) {
      const found = await this.#take(signal);
      const waitMs = performance.now() - begun;
      try {
        await found.ready;
        signal?.throwIfAborted();
        return { outcome: await this.#ask(found, order, signal), waitMs };
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

  async #take(signal?: AbortSignal): Promise<SearchProcess> {
    const endsAt = performance.now() + longestWaitMs;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#isClosed) throw new Error("the search processes were closed");
      const idle = [...this.#processes].find((one) => !one.isBusy && !one.isGone);
      const hasRoom = this.#processes.size + this.#starting < mostProcesses;
      const found = idle ?? (hasRoom ? await this.#start() : null);
      // Starting gives the turn away; its process may have been taken meanwhile.
      if (found && !found.isBusy && !found.isGone) {
        found.isBusy = true;
        return found;
      }
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

  #free(process: SearchProcess): void {
    process.isBusy = false;
    this.#waiting[0]?.();
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
    const made: SearchProcess = { child, ready: readiness(child), isBusy: false, isGone: false };
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
    this.#waiting[0]?.();
  }

  #ask(process: SearchProcess, order: SearchOrder, signal?: AbortSignal): Promise<SearchOutcome | null> {
    const { child } = process;
    return new Promise((resolve, reject) => {
      let isTooLate = false;
      let soFar: SearchOutcome | null = null;
      const kill = () => {
        isTooLate = true;
        child.kill("SIGKILL");
      };
      let timer = setTimeout(kill, order.deadlineMs + graceMs);
      const cancel = () => {
        tell(child, { kind: "cancel" });
        clearTimeout(timer);
        timer = setTimeout(kill, cancelGraceMs);
      };
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        child.off("message", answered).off("exit", ended);
        if (signal?.aborted) reject(signal.reason);
        else settle();
      };
      const answered = (message: FromProcess) => {
        if ("isLast" in message) this.#drop(process);
        if (message.kind === "so far") soFar = message.outcome;
        else if (message.kind === "found") end(() => resolve(message.outcome));
        else if (message.kind === "refused") end(() => reject(refuse("invalid", message.message)));
        else if (message.kind === "failed") end(() => reject(new Error(message.message)));
      };
      const ended = () =>
        end(() => (isTooLate ? resolve(soFar) : reject(new ProcessEnded("the search process ended"))));
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

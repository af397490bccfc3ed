import { availableParallelism } from "node:os";
import { parentPort, Worker } from "node:worker_threads";
import type { SymbolFinder } from "../symbols/symbol-finder";
import type { Symbols } from "./segment-indexer";

/** Parsing is most of the work of indexing. More would take what people wait for. */
const mostThreads = 2;
const heapMb = 256;

interface Order {
  language: string;
  text: string;
}

/** Threads of the process that find symbols, each in one text after the other. When one of them ends, so does the process. */
export class SymbolThreads {
  readonly #script: string;
  readonly #most = Math.min(mostThreads, availableParallelism());
  readonly #idle: Worker[] = [];
  readonly #waiting: { order: Order; resolve: (found: Symbols) => void }[] = [];
  #started = 0;

  /** @param script that calls `runSymbolThread` in a thread */
  constructor(script: string) {
    this.#script = script;
  }

  symbolsOf(language: string, text: string): Promise<Symbols> {
    return new Promise((resolve) => {
      this.#waiting.push({ order: { language, text }, resolve });
      this.#giveOut();
    });
  }

  #giveOut(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop() ?? (this.#started < this.#most ? this.#start() : undefined);
      if (!thread) return;
      const next = this.#waiting.shift();
      if (!next) return;
      thread.once("message", (found: Symbols) => {
        this.#idle.push(thread);
        next.resolve(found);
        this.#giveOut();
      });
      thread.postMessage(next.order);
    }
  }

  #start(): Worker {
    this.#started += 1;
    const thread = new Worker(this.#script, { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    thread.once("error", () => process.exit(1));
    thread.once("exit", () => process.exit(1));
    return thread;
  }
}

/** What such a thread does. */
export async function runSymbolThread(open: () => Promise<SymbolFinder>): Promise<void> {
  const orders: Order[] = [];
  let finder: SymbolFinder | null = null;
  const work = () => {
    if (!finder) return;
    for (let order = orders.shift(); order; order = orders.shift())
      parentPort?.postMessage(finder.symbolsOf(order.language, order.text));
  };
  // Listened to before the grammars are there: it would be lost.
  parentPort?.on("message", (order: Order) => {
    orders.push(order);
    work();
  });
  finder = await open();
  work();
}

// Started by the worker, never by a person: turns files into records of the code index, apart from everything else.
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { runIndexProcess } from "@/lib/platform/code/indexing/index-process";
import { runSymbolThread, SymbolThreads } from "@/lib/platform/code/indexing/symbol-threads";
import { languageOf } from "@/lib/platform/code/languages";
import { openSymbolFinder } from "@/lib/platform/code/symbols/symbol-finder";

if (isMainThread) {
  const threads = new SymbolThreads(fileURLToPath(import.meta.url));
  runIndexProcess({ languageOf, symbolsOf: (language, text) => threads.symbolsOf(language, text) });
} else await runSymbolThread(openSymbolFinder);

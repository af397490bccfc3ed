// Started by the worker, never by a person: turns files into records of the code index, apart from everything else.
import { runIndexProcess } from "@/lib/platform/code/indexing/index-process";

await runIndexProcess({ languageOf: () => null, symbolsOf: () => [] });

/** An indexer that files can end: what a hostile or an unlucky one does to a parser. */
import { runIndexProcess } from "@/lib/platform/code/indexing/index-process";

const end = () => process.kill(process.pid, "SIGKILL");

runIndexProcess({
  languageOf(path, text) {
    if (text.includes("ends the process always")) end();
    return path.endsWith(".ts") ? "TypeScript" : null;
  },
  symbolsOf(_language, text) {
    if (text.includes("ends the process by its symbols")) end();
    return [{ name: "found", kind: "function", parent: null, line: 1, column: 17 }];
  },
});

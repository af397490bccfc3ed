/** An indexer that files can end: what a hostile or an unlucky one does to a parser. */
import { runIndexProcess } from "@/lib/platform/code/indexing/index-process";

const end = () => process.kill(process.pid, "SIGKILL");

/** Takes memory, 400 MB at most, and never comes back. */
function grow(): Promise<never> {
  const held: Buffer[] = [];
  setInterval(() => {
    if (held.length < 25) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
  }, 20);
  return new Promise(() => {});
}

runIndexProcess({
  languageOf(path, text) {
    if (text.includes("ends the process always")) end();
    return path.endsWith(".ts") ? "TypeScript" : null;
  },
  symbolsOf(_language, text) {
    if (text.includes("ends the process by its symbols")) end();
    if (text.includes("grows by its symbols")) return grow();
    return [{ name: "found", kind: "function", parent: null, line: 1, column: 17 }];
  },
});

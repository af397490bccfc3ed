import { spawn } from "node:child_process";
import { once } from "node:events";

/** What ripgrep is asked for: each file as it is, whatever it is called and whatever is to be ignored. */
const options = ["--no-config", "--no-ignore", "--hidden", "--no-messages", "--color=never", "--no-heading"];

/** @returns its version; null where there is none in the path */
export async function ripgrepVersion(): Promise<string | null> {
  const child = spawn("rg", ["--version"], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (piece) => {
    text += piece;
  });
  const [code] = await once(child, "close").catch(() => [1]);
  return code === 0 ? (text.split("\n")[0] ?? null) : null;
}

/**
 * @param most lines after which it is ended, and of each file; null = it counts all
 * @returns the lines, or the matches where it counts, and how long it took
 */
export async function ripgrep(
  folder: string,
  { regex, isCaseSensitive, most }: { regex: string; isCaseSensitive: boolean; most: number | null },
): Promise<{ ms: number; found: number }> {
  const begun = performance.now();
  const limits =
    most === null ? ["--count-matches", "--no-filename"] : ["--line-number", "--max-count", `${most}`];
  const sensitivity = isCaseSensitive ? "--case-sensitive" : "--ignore-case";
  const child = spawn("rg", [...options, ...limits, sensitivity, "-e", regex, "--", folder], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let found = 0;
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) found += most === null ? Number(line) : 1;
    if (most !== null && found >= most) child.kill("SIGKILL");
  });
  await once(child, "close");
  return { ms: performance.now() - begun, found: most === null ? found : Math.min(found, most) };
}

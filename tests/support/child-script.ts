import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

/** Bundles a script so that plain Node runs it; inside node_modules, as its packages are looked up from there. */
export async function bundleScript(source: string): Promise<{ file: string; remove: () => void }> {
  const folder = path.resolve("node_modules/.cache/gurulog-tests");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${path.basename(source, ".ts")}-${process.pid}.mjs`);
  await build({
    entryPoints: [source],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    alias: { "server-only": path.resolve("tests/support/server-only.ts") },
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}

export type Message = Readonly<Record<string, unknown>>;

/** A running script that tells things as lines of JSON. */
export interface ChildScript {
  readonly process: ChildProcess;
  readonly messages: readonly Message[];
  /** The first message, past or future, that fits. Fails when the process ends or the deadline passes without one. */
  waitFor(fits: (message: Message) => boolean): Promise<Message>;
  /** Exit code, null after a signal. */
  readonly ended: Promise<number | null>;
}

export function startScript(file: string, args: string[], env: Record<string, string> = {}): ChildScript {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const messages: Message[] = [];
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of listeners) listener();
  };
  let isOver = false;
  createInterface({ input: child.stdout })
    .on("line", (line) => {
      messages.push(JSON.parse(line));
      notify();
    })
    .on("close", () => {
      isOver = true;
      notify();
    });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));

  const waitFor = (fits: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        listeners.delete(check);
        clearTimeout(deadline);
        settle();
      };
      const check = () => {
        const found = messages.find(fits);
        if (found !== undefined) finish(() => resolve(found));
        else if (isOver) finish(() => reject(new Error(`it ended after ${JSON.stringify(messages)}`)));
      };
      const deadline = setTimeout(
        () => finish(() => reject(new Error(`nothing fits in ${JSON.stringify(messages)}`))),
        20_000,
      );
      listeners.add(check);
      check();
    });
  return { process: child, messages, waitFor, ended };
}

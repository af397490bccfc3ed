import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { framed } from "@/lib/features/data-sources/pages/page-frame";
import { startPageReader } from "@/lib/features/data-sources/pages/page-reader";
import { piecesAhead, readingLimits } from "@/lib/platform/reading-apart/limits";
import { readerScript } from "@/lib/platform/reading-apart/script";
import type { ReadingTask } from "@/lib/platform/reading-apart/task";
import { makePdf } from "@/tests/support/documents/pdf";
import { extract, withDocumentProduct } from "./document-harness";

withDocumentProduct();

const document = makePdf(Array.from({ length: 50 }, (_, n) => [`Page ${n + 1}`]));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** The process of one extraction, left alone: nobody watches its time, or takes what it says. */
async function started({ lifeMs = 600_000, ipc = true }): Promise<ChildProcess> {
  const task: ReadingTask = {
    order: { kind: "PDF", resumeAt: null },
    sizeBytes: document.length,
    memoryBytes: readingLimits.memoryBytes,
    lifeMs,
  };
  const child = spawn(process.execPath, [await readerScript("extract"), JSON.stringify(task)], {
    stdio: ["pipe", "ignore", "ignore", ipc ? "ipc" : "ignore"],
    env: { NODE_ENV: "production" },
  });
  running.push(child);
  return child;
}

describe("the process of an extraction", () => {
  it("holds the file back while nothing is taken", async () => {
    const held = await started({});
    const sent: unknown[] = [];
    held.on("message", (message) => sent.push(message));
    held.stdin?.end(document);
    for (let taken = 0; taken <= 2; taken += 1) {
      while (sent.length < piecesAhead + taken) await once(held, "message");
      // In the time in which another process begins, reads the whole file and ends, this one says nothing more.
      expect(await extract("PDF", document)).toHaveLength(50);
      expect(sent).toHaveLength(piecesAhead + taken);
      held.send("taken");
    }
  });

  it("ends when whoever started it was gone before it listened", async () => {
    const unconnected = await started({ ipc: false });
    expect(await once(unconnected, "exit")).toEqual([0, null]);
    const left = await started({});
    left.disconnect();
    expect(await once(left, "exit")).toEqual([0, null]);
  });

  it("ends when its time is over, whoever still waits for it", async () => {
    const child = await started({ lifeMs: 1 });
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

describe("the process that reads a page", () => {
  it("is ended by the system when it computes for too long and nobody is there to end it", async () => {
    const limits = { heapMiB: 512, computingS: 1 };
    const script = await readerScript("extract-page");
    const child = startPageReader(script, limits);
    running.push(child);
    child.stdout.resume();
    const html = `<main><pre>${" ".repeat(3_000_000)}x</pre></main>`;
    child.stdin.write(framed({ url: "https://docs.example.com/", html }));
    const [code, signal] = await once(child, "close");
    expect(code).toBeNull();
    expect(["SIGKILL", "SIGXCPU"]).toContain(signal);
  });
});

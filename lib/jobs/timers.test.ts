import { afterEach, describe, expect, it, vi } from "vitest";
import { startTimers, type Timers } from "./timers";

let timers: Timers | undefined;
afterEach(async () => {
  await timers?.stop();
  vi.restoreAllMocks();
});

async function until(look: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!look()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe("periodic work", () => {
  it("runs at once and again, and never twice at a time", async () => {
    let runs = 0;
    let atOnce = 0;
    let most = 0;
    const run = async () => {
      runs += 1;
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce -= 1;
    };
    timers = startTimers([{ name: "slow", everyMs: 1, run }]);
    expect(runs).toBe(1);
    await until(() => runs >= 4);
    expect(most).toBe(1);
  });

  it("goes on after an error, which is written to the server's log", async () => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    let runs = 0;
    const run = async () => {
      runs += 1;
      throw new Error("broken for a test");
    };
    timers = startTimers([{ name: "broken", everyMs: 1, run }]);
    await until(() => runs >= 3);
    expect(written.mock.calls.map(([text]) => String(text)).join("")).toContain("broken for a test");
  });

  it("starts nothing after it was stopped, and waits for what runs", async () => {
    let runs = 0;
    let ended = 0;
    const run = async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended += 1;
    };
    timers = startTimers([{ name: "stopped", everyMs: 0, run }]);
    await timers.stop();
    const after = runs;
    expect(ended).toBe(runs);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(runs).toBe(after);
  });

  it("tells what runs that it is to end", async () => {
    const run = (stopping: AbortSignal) =>
      new Promise<void>((resolve) => stopping.addEventListener("abort", () => resolve()));
    timers = startTimers([{ name: "long", everyMs: 0, run }]);
    await timers.stop();
  });
});

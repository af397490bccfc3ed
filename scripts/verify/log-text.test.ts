import { describe, expect, it } from "vitest";
import type { LogReport } from "@/lib/audit/proof/verify-log";
import { logText } from "./log-text";

const report: LogReport = {
  orgId: 1,
  origin: "0123",
  size: 40,
  events: 40,
  expired: 0,
  erased: 0,
  waiting: 0,
  checkpoints: 18,
  outside: {},
  adopted: 0,
  checkpointSize: 40,
  keys: [],
  findings: [],
  findingCount: 0,
  durationMs: 100,
};

describe("the words of a verification", () => {
  it("say of an adopted log that what had been signed before may be missing from it", () => {
    expect(logText({ ...report, adopted: 13 }, true)).toMatch(/^ADOPTED: .*ADOPT_ORIGIN.*\nVERIFIED: /m);
    expect(logText(report, true)).not.toContain("ADOPTED");
  });
});

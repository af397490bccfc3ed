import { expect, it } from "vitest";
import { exportText, isOver, leftOutText } from "./export-status";

const status = { rowsSent: 3_000, rowsExpected: 8_412, bytes: 1_234_567 };

it("says how far an export is, and that a stopped one left an incomplete file", () => {
  expect(exportText({ ...status, state: "running" })).toBe("3,000 of 8,412 events");
  expect(exportText({ ...status, rowsExpected: null, state: "running" })).toBe("3,000 events");
  expect(exportText({ ...status, state: "done" })).toBe("Done: 3,000 events, 1.2 MB");
  expect(exportText({ ...status, state: "cancelled" })).toBe(
    "Cancelled after 3,000 events. The file is not complete.",
  );
  expect(exportText({ ...status, rowsSent: 0, state: "failed" })).toBe("Failed. Export again.");
});

it("goes on asking until an export is done, failed or cancelled", () => {
  expect((["pending", "running"] as const).some((state) => isOver({ ...status, state }))).toBe(false);
  expect((["done", "failed", "cancelled"] as const).every((state) => isOver({ ...status, state }))).toBe(
    true,
  );
});

it("says what a verifiable file lacks, and says it of no other", () => {
  const done = { ...status, state: "done", format: "zip" } as const;
  expect(leftOutText({ ...done, notYetSealed: 1 })).toBe(
    "1 event was not sealed yet and left out. Export again to have it.",
  );
  expect(leftOutText({ ...done, notYetSealed: 1_200 })).toBe(
    "1,200 events were not sealed yet and left out. Export again to have them.",
  );
  expect(leftOutText({ ...done, notYetSealed: 0 })).toBe("");
  expect(leftOutText({ ...done, format: "csv", notYetSealed: 3 })).toBe("");
  expect(leftOutText({ ...done, state: "running", notYetSealed: 3 })).toBe("");
});

import { describe, expect, it } from "vitest";
import { emptyFilter } from "@/lib/audit/query/filter";
import { startExportInput } from "@/lib/features/audit-log/export-schemas";
import { startInput } from "./export-input";

const sent = {
  format: "csv",
  attemptId: "a",
  filter: { guru: [], model: ["User"], actor: [], actionType: [], operation: [], outcome: [] },
} as const;
const mutable = <T>(value: T) => structuredClone(value) as { -readonly [K in keyof T]: T[K] } as never;

describe("what the page sends to begin an export", () => {
  it("is the command's input for either log", () => {
    const global = startExportInput.parse(startInput(mutable({ ...sent, scope: { kind: "global" } })));
    expect(global).toEqual({ scope: "global", format: "csv", filter: { ...emptyFilter, model: ["User"] } });
    const guru = startExportInput.parse(
      startInput(mutable({ ...sent, scope: { kind: "guru", slug: "payments" } })),
    );
    expect(guru.scope).toEqual({ guru: "payments" });
  });

  it("never widens to the global log when the scope is something else", () => {
    for (const scope of [undefined, null, "global", {}, { kind: "guru" }, { kind: "org" }]) {
      expect(startExportInput.safeParse(startInput(mutable({ ...sent, scope }))).success).toBe(false);
    }
  });
});

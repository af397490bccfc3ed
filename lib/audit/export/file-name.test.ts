import { describe, expect, it } from "vitest";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { exportFileName } from "./file-name";

const at = new Date(1_711_792_800_999);
const name = (filter: Partial<AuditFilter>, extension = "csv") =>
  exportFileName({ ...emptyFilter, ...filter }, extension, at);

describe("the name of an export", () => {
  it("has nothing but the second when no filter is applied", () => {
    expect(name({})).toBe("audit_logs_1711792800.csv");
  });

  it("is the one of the documentation", () => {
    expect(name({ actor: ["a", "b"], actionType: ["access"] }, "xlsx")).toBe(
      "audit_logs_users-2_actions-1_1711792800.xlsx",
    );
  });

  it("counts the values of every active filter, in the order of the filter bar", () => {
    const all = name(
      {
        guru: ["none", "payments"],
        model: ["User"],
        actor: ["system"],
        actionType: ["created", "deleted", "updated"],
        operation: ["REGISTER"],
        outcome: ["failure"],
        since: "2026-11-01T00:00:00.000Z",
        until: "2026-11-02T00:00:00.000Z",
        q: "=1+1/../\u202e",
      },
      "json",
    );
    expect(all).toBe(
      "audit_logs_gurus-2_models-1_users-1_actions-3_operations-1_outcomes-1_dates-1_search-1_1711792800.json",
    );
  });

  it("says dates-1 for one end of a range too", () => {
    expect(name({ until: "2026-11-02T00:00:00.000Z" })).toBe("audit_logs_dates-1_1711792800.csv");
  });
});

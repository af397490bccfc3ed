import { describe, expect, it } from "vitest";
import { eventSentence } from "./sentence";
import type { AuditEventDetails } from "./types";

const base: AuditEventDetails = {
  id: "1",
  occurredAt: "2026-11-20T13:41:52.318Z",
  actor: { type: "user", id: "u", email: "m@halden.example" },
  ip: "10.0.0.1",
  guru: null,
  model: "GuruType",
  action: "guru.updated",
  actionType: "updated",
  operation: "UPDATE_GURU",
  object: "Platform docs",
  outcome: "success",
  targetId: "g",
  targetType: "guru",
  changes: [],
  metadata: null,
  details: null,
  cause: null,
  sequence: null,
  raw: {},
  proof: { state: "unsealed" },
};
const change = { field: "a", before: 1, after: 2 };
const say = (over: Partial<AuditEventDetails>) => Object.values(eventSentence({ ...base, ...over })).join("");

describe("the sentence about an event", () => {
  it("says who did what to which object", () => {
    expect(say({ changes: [change, change, change] })).toBe(
      "m@halden.example changed 3 fields of the guru Platform docs.",
    );
    expect(say({ operation: "LOGIN_SUCCESS", object: "m@halden.example" })).toBe(
      "m@halden.example signed in.",
    );
    expect(say({ operation: "X", actionType: "deleted", model: "ExcelJob", object: "q.xlsx" })).toBe(
      "m@halden.example deleted the Excel job q.xlsx.",
    );
  });

  it("never tells a failed or undecided act as done", () => {
    const key = {
      operation: "CREATE_API_KEY_FAILED",
      actionType: "created",
      model: "APIKey",
      object: "ci",
    } as const;
    expect(say({ ...key, outcome: "failure" })).toBe(
      "m@halden.example tried to create the API key ci, and failed.",
    );
    expect(say({ ...key, outcome: "unknown" })).toContain("whether it took effect is not known");
    expect(
      say({
        operation: "LOGIN_FAILED",
        outcome: "failure",
        object: "a@b.example",
        actor: { type: "anonymous", id: null, email: null },
      }),
    ).toBe("Someone who was not signed in tried to sign in as a@b.example.");
    expect(say({ operation: "LOGIN_FAILED", outcome: "failure", object: "m@halden.example" })).toBe(
      "m@halden.example gave a wrong password or code.",
    );
  });
});

import { describe, expect, it } from "vitest";
import { emptyFilter } from "@/lib/audit/query/filter";
import { deleteViewInput, saveViewInput } from "@/lib/features/audit-log/view-schemas";
import { deleteInput, saveInput } from "./view-input";

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
const sent = { scope: "global", name: "Failures", filter: "outcome=failure&q=a%26b" };
const id = "0199d0a4-0000-7000-8000-000000000001";

describe("what the forms of the views send", () => {
  it("is the commands' input for either log", () => {
    expect(saveViewInput.parse(saveInput(formOf(sent)))).toEqual({
      scope: { kind: "global" },
      name: "Failures",
      shared: false,
      filter: { ...emptyFilter, outcome: ["failure"], q: "a&b" },
    });
    const ofGuru = formOf({ ...sent, scope: "guru", guru: "payments", shared: "on", recentDays: "30" });
    expect(saveViewInput.parse(saveInput(ofGuru))).toMatchObject({
      scope: { kind: "guru", slug: "payments" },
      shared: true,
      recentDays: 30,
    });
    expect(deleteViewInput.parse(deleteInput(formOf({ scope: "guru", guru: "payments", id })))).toEqual({
      scope: { kind: "guru", slug: "payments" },
      id,
    });
  });

  it("never widens to the global log, nor to the whole filter, when something else was sent", () => {
    for (const scope of ["", "org", "gurus"]) {
      expect(saveViewInput.safeParse(saveInput(formOf({ ...sent, scope }))).success).toBe(false);
      expect(deleteViewInput.safeParse(deleteInput(formOf({ scope, id }))).success).toBe(false);
    }
    for (const filter of ["outcome=maybe", "since=yesterday", "q=a&q=b"])
      expect(saveViewInput.safeParse(saveInput(formOf({ ...sent, filter }))).success).toBe(false);
    expect(saveViewInput.safeParse(saveInput(formOf({ scope: "global", name: "x" }))).success).toBe(false);
    for (const recentDays of ["x", "-1", "2", "1e1000"])
      expect(saveViewInput.safeParse(saveInput(formOf({ ...sent, recentDays }))).success).toBe(false);
  });
});

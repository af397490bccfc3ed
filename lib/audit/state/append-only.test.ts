import postgres from "postgres";
import { expect, it } from "vitest";
import { createLogDatabase, modes } from "@/tests/integration/append-only/databases";
import { appendOnlyState } from "./append-only";

it.each(modes)("in mode %s the page says that, and a plain DELETE is refused as it says", async (mode) => {
  const database = await createLogDatabase(mode);
  const app = postgres(database.urls.app, { max: 1, onnotice: () => {} });
  try {
    const found = await appendOnlyState(app);
    expect(found.state).toBe(mode);
    expect(found.tables).toBeGreaterThan(5);
    expect(found.checks.filter((c) => !c.holds)).toHaveLength(mode === "enforced" ? 0 : 3);
    await expect(app`delete from audit_event`).rejects.toMatchObject({ code: "42501" });
  } finally {
    await app.end({ timeout: 5 });
    await database.drop();
  }
});

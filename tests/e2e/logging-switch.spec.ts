import { expect, test } from "@playwright/test";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, unattendedOwner, type Visitor, visitor } from "./support/visitor";

const off = { SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "False" };
const on = { SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "" };

/** Asks for an export and reads it: the one door to the log's rows that stays open while the API answers 404. */
async function exported(owner: Visitor, address: string): Promise<{ action: string }[]> {
  const asked = await owner.send("/exports", {
    method: "POST",
    headers: { origin: address, "content-type": "application/json" },
    body: JSON.stringify({ scope: "global", format: "json", filter: {} }),
  });
  expect(asked.status).toBe(201);
  const file = await owner.get(asked.headers.get("location") ?? "");
  expect(file.status).toBe(200);
  return (await file.json()) as { action: string }[];
}

test("the logging switch over real starts: off records the log's own events alone, and each change of it is one event", async () => {
  test.setTimeout(180_000);
  const dataDir = newDataDir();
  const start = async (
    env: Record<string, string>,
    use: (product: Product, owner: Visitor) => Promise<void>,
  ) => {
    const product = await startProduct({ dataDir, env: { ...unattended, ...env } });
    const owner = visitor({ address: product.url });
    try {
      expect((await signInOwner(owner)).status).toBe(303);
      await use(product, owner);
    } finally {
      await product.stop();
    }
  };

  await test.step("a first start with it off records audit.logging_disabled and nothing else", async () => {
    await start(off, async (product, owner) => {
      // Refused, done and denied acts, none of which is recorded.
      const stranger = visitor({ address: product.url });
      expect(
        (await stranger.submit("/sign-in", "Sign in", { ...unattendedOwner, password: "wrong" })).status,
      ).toBe(200);
      expect((await owner.get("/gurus/not-there")).status).toBe(404);
      expect((await exported(owner, product.url)).map((e) => e.action)).toEqual(["audit.logging_disabled"]);
      expect((await exported(owner, product.url)).map((e) => e.action)).toEqual(["audit.logging_disabled"]);

      const page = await (await owner.get("/settings/audit-logs")).text();
      const since = /Audit logging has been off since(?:<!-- -->)? <time dateTime="([^"]+)"/.exec(page)?.[1];
      expect(Math.abs(Date.now() - Date.parse(since ?? ""))).toBeLessThan(60_000);
      expect(page.includes("AUDIT_LOGGING_DISABLED")).toBe(true);

      const api = await owner.get("/api/ee/audit", { "x-org-domain": "~", "sec-fetch-site": "same-origin" });
      expect(api.status).toBe(404);
      expect(await api.json()).toMatchObject({
        errorCode: "NOT_FOUND",
        message: expect.stringContaining("not enabled"),
      });
    });
  });

  await test.step("switched on again: one event by System, before whatever is recorded from then on", async () => {
    await start(on, async (_product, owner) => {
      // The day's verification may have its hour now.
      const events = (await readLog(owner)).filter(({ action }) => action !== "audit.verified");
      expect(events.map((e) => e.action)).toEqual([
        "audit.logging_disabled",
        "audit.logging_enabled",
        "user.signed_in",
      ]);
      expect(events[0]).toMatchObject({
        changes: [{ field: "audit_logging_enabled", before: null, after: false }],
      });
      expect(events[1]).toMatchObject({
        operation: "AUDIT_LOGGING_ENABLED",
        actorType: "system",
        ip: null,
        changes: [{ field: "audit_logging_enabled", before: false, after: true }],
      });
      const page = await (await owner.get("/settings/audit-logs")).text();
      expect(page.includes("AUDIT_LOGGING_DISABLED")).toBe(true);
      expect(page.includes("Audit logging has been off")).toBe(false);
    });
  });

  await test.step("a start that changes nothing records nothing", async () => {
    await start(on, async (_product, owner) => {
      const events = await readLog(owner, "&model=AuditLog&actionType=updated");
      expect(events.map((e) => e.action)).toEqual(["audit.logging_disabled", "audit.logging_enabled"]);
    });
  });
  removeDataDir(dataDir);
});

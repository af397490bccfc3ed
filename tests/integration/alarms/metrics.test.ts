import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GET } from "@/app/metrics/route";
import { createSealer } from "@/lib/audit/seal/sealer";
import { noteTrouble, troubleKinds } from "@/lib/audit/trouble";
import { openPool, type Sql } from "@/lib/db/client";
import { runWithRequest } from "@/lib/platform/request-context";
import { createTestProduct, type TestProduct } from "../../support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";

const token = "a-token-for-the-metrics";
const context = {
  ip: "203.0.113.7",
  requestId: "00000000-0000-4000-8000-000000000001",
  nonce: "",
  proto: "http",
} as const;
let product: TestProduct;
let app: Sql;

async function open(env: Record<string, string>): Promise<void> {
  product = await createTestProduct(env);
  app = openPool(product.database.urls.app, 2);
}
beforeEach(() => open({ GURULOG_METRICS_TOKEN: token }));
afterEach(close);
async function close(): Promise<void> {
  await app.end({ timeout: 5 });
  await product.close();
}

async function scrape(authorization?: string): Promise<{ status: number; text: string; type: string }> {
  const request = new Request("http://localhost/metrics", {
    headers: authorization ? { authorization } : {},
  });
  const answer = await runWithRequest(context, () => GET(request, { params: Promise.resolve({}) }));
  return { status: answer.status, text: await answer.text(), type: answer.headers.get("content-type") ?? "" };
}
const right = `Bearer ${token}`;

/** The values of the log's own series by name and labels. */
async function values(): Promise<Record<string, number>> {
  const { text } = await scrape(right);
  const lines = text.split("\n").filter((line) => line.startsWith("gurulog_"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

describe("GET /metrics", () => {
  it("answers the right token alone", async () => {
    expect(await scrape(right)).toMatchObject({
      status: 200,
      type: expect.stringMatching(/^text\/plain; version=/),
    });
    for (const wrong of [
      undefined,
      "Bearer",
      `${right}x`,
      right.slice(0, -1),
      right.replace("Bearer", "Basic"),
      "Bearer ü",
    ])
      expect((await scrape(wrong)).status, String(wrong)).toBe(401);
    await close();
    await open({});
    expect((await scrape(right)).status).toBe(404);
    expect((await scrape()).status).toBe(404);
  });

  it("tells what waits, what is sealed, and what is wrong", async () => {
    await insertEvents(app, variedEvents(5));
    const before = await values();
    expect(before).toMatchObject({
      gurulog_events_unsealed: 5,
      gurulog_tree_size: 0,
      gurulog_signing_refused: 0,
    });
    expect(before.gurulog_seal_lag_seconds).toBeGreaterThan(0);
    expect(before.gurulog_database_bytes).toBeGreaterThan(1_000_000);
    expect(before.gurulog_partition_days_ahead).toBeGreaterThan(27);
    // An external database: its disk is not known, which is not the same as empty. Nor was anything verified.
    expect(Object.keys(before)).not.toContain("gurulog_disk_free_bytes");
    expect(Object.keys(before)).not.toContain("gurulog_last_verification_passed");

    const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
    while ((await sealer.sealOnce()) > 0);
    await sealer.stop();
    product.runtime.databaseFolder = product.runtime.dataDir;
    await noteTrouble(app, "verification_failed", "for a test");
    await product.admin`
      insert into audit_verification (org_id, state, finished_at) values (1, 'failed', to_timestamp(1790000000))`;
    const after = await values();
    expect(after).toMatchObject({
      gurulog_events_unsealed: 0,
      gurulog_tree_size: 5,
      gurulog_last_verification_passed: 0,
      gurulog_last_verification_timestamp_seconds: 1_790_000_000,
    });
    expect(after.gurulog_disk_free_bytes).toBeGreaterThan(0);
    for (const kind of troubleKinds)
      expect(after[`gurulog_alarm_active{kind="${kind}"}`]).toBe(kind === "verification_failed" ? 1 : 0);
  });

  it("has the process's own numbers too", async () => {
    expect((await scrape(right)).text).toMatch(/^process_cpu_seconds_total /m);
  });
});

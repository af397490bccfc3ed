import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { guruAnalytics } from "@/lib/features/analytics/queries";
import { analyticsAddress } from "@/lib/features/analytics/schemas";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { askedAt, daysAgo } from "./questions-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("m.solberg@halden.example");
  guru = await guruOf(maintainer);
});
afterAll(() => product?.close());
beforeEach(() => product.admin`truncate question, question_source`);

const ask = (asked: Parameters<typeof askedAt>[2]) => askedAt(product, guru.id, asked);
const open = (address: Record<string, string> = {}, principal = maintainer, timeZone = "UTC") =>
  guruAnalytics.execute({
    principal,
    request,
    input: { guru: guru.slug, timeZone, ...analyticsAddress.parse(address) },
  });

describe("the page", () => {
  it("is the maintainers' alone", async () => {
    const viewer = await product.person("viewer@halden.example");
    await giveRole(guru.id, viewer, "viewer");
    expect(await open({}, viewer)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await open({}, await product.person("nobody@halden.example"))).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect((await open()).ok).toBe(true);
  });

  it("shows the last 30 days and says why, where a range cannot be used", async () => {
    await ask({ at: daysAgo(20) });
    for (const [address, words] of [
      [{ interval: "custom" }, "needs its first and its last day"],
      [{ interval: "custom", from: "2026-02-30", to: "2026-03-01" }, "needs its first and its last day"],
      [{ interval: "custom", from: "2026-11-02", to: "2026-11-01" }, "must not be after"],
      [{ interval: "custom", from: "2020-01-01", to: "2026-11-01" }, "at most 1,827 days"],
      [{ interval: "custom", from: "2999-01-01", to: "2999-01-02" }, "begins in the future"],
    ] as const) {
      const got = done(await open(address));
      expect([got.trouble?.includes(words), got.range.interval, got.now.questions]).toEqual([true, "30d", 1]);
    }
    for (const address of [{ interval: "century" }, { door: "window", table: "none", page: "-1" }] as Record<
      string,
      string
    >[])
      expect(done(await open(address)).trouble).toBeNull();
  });

  it("counts days of the reader's zone", async () => {
    const local = new Date(Date.now() - 86_400_000);
    const late = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), 23, 30));
    await ask({ at: late.toISOString() });
    const days = async (zone: string) => {
      const day = late.toISOString().slice(0, 10);
      const got = done(await open({ interval: "custom", from: day, to: day }, maintainer, zone));
      return got.now.questions;
    };
    expect([await days("UTC"), await days("Europe/Oslo"), await days("Asia/Tokyo")]).toEqual([1, 0, 0]);
  });
});

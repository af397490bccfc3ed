import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSealer, type Sealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { keyOf } from "../audit-api/api-harness";
import { until } from "../sealer/events-for-tests";
import { expectWholeLog, sealedOrder } from "../sealer/sealed-log";
import { byPlace, type Follower, follow, overHttp } from "./readers";
import { runWriters, type Written } from "./writers";

const writers = 24;
const seeds = process.env.GURULOG_TEST_FULL ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1, 2, 3];

let product: TestProduct;
let sealer: Sealer;
let key: string;

beforeEach(async () => {
  product = await createTestProduct();
  key = await keyOf(await product.person("owner@halden.example", "owner"));
  // Small batches, looked for often: as many borders between batches as can be.
  sealer = createSealer({ sealerUrl: product.database.urls.sealer, intervalMs: 5, batch: 20 });
});
afterEach(async () => {
  await sealer.stop();
  await product.close();
});

/** Pairs of acts that stand the other way round than they were done. */
function misplaced(written: Written[], place: Map<string, number>): string[] {
  const acts = written
    .filter((act) => act.committed)
    .map((act) => ({ ...act, places: act.ids.map((id) => place.get(id) ?? -1) }));
  const bySent = [...acts].sort((a, b) => a.sent - b.sent);
  const byAnswer = [...acts].sort((a, b) => a.acknowledged - b.acknowledged);
  const wrong: string[] = [];
  let next = 0;
  let last = -1;
  let lastLabel = "";
  for (const later of bySent) {
    for (let first = byAnswer[next]; first && first.acknowledged < later.sent; first = byAnswer[++next])
      if (Math.max(...first.places) > last) {
        last = Math.max(...first.places);
        lastLabel = first.label;
      }
    if (Math.min(...later.places) < last)
      wrong.push(`${lastLabel} was acknowledged before ${later.label} was sent`);
  }
  return wrong;
}

describe.each(seeds)("24 writers with slow commits and rollbacks (seed %i)", (seed) => {
  it("what was acknowledged before is sealed before, and each reader of the log sees every event once, in that order", async () => {
    let over = false;
    sealer.start();
    const looks = [overHttp(key, 7), overHttp(key, 1_000), byPlace(5), byPlace(200)];
    const following = Promise.all(looks.map((look) => follow(look, () => over)));
    const written = await runWriters({ appUrl: product.database.urls.app, writers, acts: 14, seed });
    await until("all is sealed", async () => (await product.admin`select from audit_outbox`).length === 0);
    over = true;
    const followers: Follower[] = await following;

    const order = (await sealedOrder(product.admin)).map(({ id }) => id);
    const place = new Map(order.map((id, at) => [id, at]));
    const committed = written.filter((act) => act.committed).flatMap((act) => act.ids);
    const rolledBack = written.filter((act) => !act.committed).flatMap((act) => act.ids);
    expect(committed.length).toBeGreaterThan(writers * 14);
    expect(rolledBack.length).toBeGreaterThan(20);
    expect(committed.filter((id) => !place.has(id))).toEqual([]);
    expect(rolledBack.filter((id) => place.has(id))).toEqual([]);
    await expectWholeLog(product.admin, order.length);

    expect(misplaced(written, place)).toEqual([]);
    // One act's own events keep their order too.
    for (const { ids, committed: stands } of written)
      if (stands)
        expect(ids.map((id) => place.get(id))).toEqual(
          ids.map((id) => place.get(id)).sort((a, b) => Number(a) - Number(b)),
        );
    for (const { read, pages } of followers) {
      expect(read).toEqual(order);
      expect(pages).toBeGreaterThan(2);
    }
  });
});

it("the check of the order finds a pair that is swapped", () => {
  const act = (label: string, sent: number): Written => ({
    label,
    sent,
    acknowledged: sent + 1,
    committed: true,
    ids: [label],
  });
  const written = [act("first", 1), act("second", 3)];
  expect(
    misplaced(
      written,
      new Map([
        ["first", 0],
        ["second", 1],
      ]),
    ),
  ).toEqual([]);
  expect(
    misplaced(
      written,
      new Map([
        ["first", 1],
        ["second", 0],
      ]),
    ),
  ).toHaveLength(1);
});

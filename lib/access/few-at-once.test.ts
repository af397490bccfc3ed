import { expect, it } from "vitest";
import { fewAtOnce } from "./few-at-once";

const turns = () =>
  (globalThis as Record<symbol, unknown>)[Symbol.for("gurulog.few-at-once")] as Map<string, unknown>;

it("runs so many of a name at a time, first come, first served, and forgets the name after the last", async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((n) =>
    fewAtOnce("of one", 2, async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (n === 1) throw new Error("broken");
    }),
  );
  const other = fewAtOnce("of another", 2, async () => "done");
  expect(begun).toEqual([0, 1]);
  expect(await other).toBe("done");
  expect([...turns().keys()]).toEqual(["of one"]);
  for (let n = 0; n < all.length; n++) {
    ends[n]?.();
    await all[n]?.catch(() => {});
    expect(begun).toEqual([0, 1, 2, 3].slice(0, Math.min(4, n + 3)));
  }
  expect(await Promise.allSettled(all)).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected" },
    { status: "fulfilled" },
    { status: "fulfilled" },
  ]);
  expect(turns().size).toBe(0);
});

it("refuses whom it lets wait too long, who then is in nobody's way", async () => {
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const first = fewAtOnce("of one", 1, () => held);
  const late = fewAtOnce("of one", 1, async () => "late", 1);
  await expect(late).rejects.toMatchObject({ code: "throttled", options: { retryAfterS: 10 } });
  const next = fewAtOnce("of one", 1, async () => "next");
  end();
  await first;
  expect(await next).toBe("next");
  expect(turns().size).toBe(0);
});

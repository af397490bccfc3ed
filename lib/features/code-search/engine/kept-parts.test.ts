import { expect, it } from "vitest";
import { KeptParts, keyOf } from "./kept-parts";

const part = (bytes: number) => ({ data: Buffer.alloc(bytes) });
const at = (ordinal: number, segmentId = 1) => ({ segmentId, ordinal });

it("parts are kept as far as they have room, those used last the longest", () => {
  const kept = new KeptParts(10_000);
  const parts = Array.from({ length: 8 }, () => part(1_000));
  for (const [n, one] of parts.entries()) {
    kept.put(at(n), one);
    expect(kept.get(at(0))).toBe(parts[0]);
    expect(kept.bytes).toBeLessThanOrEqual(10_000);
  }
  const left = parts.map((_, n) => kept.get(at(n)) !== undefined);
  expect(left).toEqual([true, false, true, true, true, true, true, true]);
});

it("what was not used for a period is forgotten", () => {
  const kept = new KeptParts(10_000);
  for (let n = 0; n < 4; n++) kept.put(at(n), part(1_000));
  kept.endPeriod();
  kept.get(at(2));
  kept.put(at(4), part(1_000));
  kept.endPeriod();
  expect([0, 1, 2, 3, 4].map((n) => kept.get(at(n)) !== undefined)).toEqual([
    false,
    false,
    true,
    false,
    true,
  ]);
  kept.endPeriod();
  kept.endPeriod();
  expect(kept.bytes).toBe(0);
});

it("one that is larger than the room is not kept, and one that is put twice counts once", () => {
  const kept = new KeptParts(10_000);
  kept.put(at(1), part(3_000));
  kept.put(at(1), part(3_000));
  expect(kept.bytes).toBeLessThan(4_000);
  kept.put(at(2), part(20_000));
  expect(kept.get(at(2))).toBeUndefined();
  expect(kept.bytes).toBe(0);
});

it("segments are told apart", () => {
  const kept = new KeptParts(10_000);
  kept.put(at(4_095, 7), part(1));
  expect(kept.get(at(4_095, 7))).toBeDefined();
  expect(kept.get(at(0, 8))).toBeUndefined();
  expect(keyOf(at(0, 8))).toBeGreaterThan(keyOf(at(4_095, 7)));
});

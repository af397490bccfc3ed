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
  kept.clear();
  expect(kept.bytes).toBe(0);
  expect(kept.get(at(7))).toBeUndefined();
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

it("what is known to be nothing is known, and segments are told apart", () => {
  const kept = new KeptParts(10_000);
  kept.put(at(4_095, 7), null);
  expect(kept.get(at(4_095, 7))).toBeNull();
  expect(kept.get(at(0, 8))).toBeUndefined();
  expect(keyOf(at(0, 8))).toBeGreaterThan(keyOf(at(4_095, 7)));
});

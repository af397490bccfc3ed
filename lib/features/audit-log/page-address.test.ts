import { expect, it } from "vitest";
import { placeAfter } from "./page-address";

it("begins right after a moment's millisecond, whatever its zone, and nowhere for what is no time", () => {
  const zeros = "00000000-0000-0000-0000-000000000000";
  expect(placeAfter("1970-01-01T00:00:01.234Z")).toEqual({ micros: "1235000", id: zeros });
  expect(placeAfter("2026-11-20T13:00:59.999+01:00")).toEqual(placeAfter("2026-11-20T12:00:59.999Z"));
  expect(placeAfter("0001-01-01T00:00:00Z")?.micros).toBe("0");
  expect(BigInt(placeAfter("9999-12-31T23:59:59Z")?.micros ?? 0)).toBeLessThan(2n ** 63n);
  for (const text of [null, undefined, "", "yesterday", "2026-02-31T00:00:00Z", "2026-11-20"])
    expect(placeAfter(text)).toBeNull();
});

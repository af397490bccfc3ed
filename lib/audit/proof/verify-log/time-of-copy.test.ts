import fc from "fast-check";
import { expect, it } from "vitest";
import { timeOf } from "./compare-slice";
import { timeOfCopy } from "./time-of-copy";

/** As Postgres writes it: without the zeros at the end. */
function asCopied(micros: number): string {
  return `${timeOf(micros)
    .replace("T", " ")
    .replace(/\.?0*Z$/, "")}+00`;
}

it("a time of COPY is read to the microsecond and spelt as entries spell it", () => {
  const some = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(some, fc.constantFrom(0, 1, 120, 999, 100), (millis, rest) => {
      const micros = millis * 1000 + rest;
      expect(timeOfCopy(asCopied(micros))).toEqual({ micros, text: timeOf(micros) });
    }),
  );
  const whole = { micros: Date.parse("2026-11-21T19:00:10Z") * 1000, text: "2026-11-21T19:00:10.000000Z" };
  expect(timeOfCopy("2026-11-21 19:00:10+00")).toEqual(whole);
});

it.each([
  ["-infinity", Number.NEGATIVE_INFINITY],
  ["0044-03-15 12:00:00+00 BC", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["12026-11-21 19:00:00+00", Number.POSITIVE_INFINITY],
])("%s stands at the end of time where the database sorts it, and is no event's", (time, micros) => {
  expect(timeOfCopy(time)).toEqual({ micros, text: time });
});

it.each(["2026-11-21 19:00:10+01", "2026-11-21 19:00:10", "21.11.2026 19:00:10 UTC", ""])(
  "%s is not taken for a time in UTC",
  (time) => {
    expect(timeOfCopy(time)).toEqual({ micros: Number.POSITIVE_INFINITY, text: time });
  },
);

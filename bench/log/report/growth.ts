import { type BenchResult, measuredIn } from "./result";

/** How many times as long each case of some groups takes on the larger log, by medians. */
export function growthOf(
  smaller: BenchResult,
  larger: BenchResult,
  groups: readonly string[],
): { id: string; times: number }[] {
  const before = new Map(measuredIn(smaller, ...groups).map((m) => [m.id, m.ours.median]));
  return measuredIn(larger, ...groups).flatMap(({ id, ours }) => {
    const was = before.get(id);
    return was === undefined ? [] : [{ id, times: ours.median / was }];
  });
}

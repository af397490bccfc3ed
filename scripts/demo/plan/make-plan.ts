import type { Random } from "../random";
import { colleagues, founder } from "../team/people";
import type { Period, PlannedAct } from "./act";
import { everyday } from "./everyday";
import { untilNow } from "./last-hour";
import { machines } from "./machines";
import { joiningTimes, story } from "./story";

/**
 * The whole month as a list, in the order in which it happens.
 * @param scale multiplies what people do of their own accord; the story stays whole
 */
export function makePlan(period: Period, scale: number, random: Random): PlannedAct[] {
  const joined = joiningTimes(period);
  const minute = 60_000;
  const days = [founder, ...colleagues].flatMap((person) =>
    everyday(person, (joined.get(person.key) ?? period.start) + 5 * minute, period, scale, random),
  );
  return [...story(period, random), ...machines(period, scale, random), ...days, ...untilNow(period)]
    .filter(({ at }) => at >= period.start && at <= period.end)
    .sort((a, b) => a.at - b.at);
}

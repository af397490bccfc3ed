import type { Random } from "../random";
import { colleagues, founder } from "../team/people";
import type { Period, PlannedAct } from "./act";
import { everyday } from "./everyday";
import { untilNow } from "./last-hour";
import { machines } from "./machines";
import { story } from "./story";

/**
 * The whole month as a list, in the order in which it happens.
 * @param scale multiplies what people do of their own accord; the story stays whole
 */
export function makePlan(period: Period, scale: number, random: Random): PlannedAct[] {
  const told = story(period, random);
  // Their own moments: what is a little later in working time may be the morning after.
  const joined = new Map(
    told.flatMap(({ at, act }): [string, number][] => {
      if (act.kind === "found") return [[founder.key, at]];
      return act.kind === "register" ? [[act.who, at]] : [];
    }),
  );
  const minute = 60_000;
  const days = [founder, ...colleagues].flatMap((person) =>
    everyday(person, (joined.get(person.key) ?? period.start) + 5 * minute, period, scale, random),
  );
  return [...told, ...machines(period, scale, random), ...days, ...untilNow(period)]
    .filter(({ at }) => at >= period.start && at <= period.end)
    .sort((a, b) => a.at - b.at);
}

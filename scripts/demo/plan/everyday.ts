import { daysIn, type LocalDay, momentOf } from "../calendar";
import type { Random } from "../random";
import { founder, type Person } from "../team/people";
import type { Act, Period, PlannedAct } from "./act";

type Habit =
  | "ask"
  | "view-log"
  | "update-text"
  | "add-text"
  | "reindex"
  | "edit-guru"
  | "export-log"
  | "delete-sources"
  | "upload-file"
  | "wander";

const habits: readonly (readonly [Habit, number])[] = [
  ["ask", 6.2],
  ["view-log", 0.8],
  ["update-text", 0.9],
  ["reindex", 0.6],
  ["edit-guru", 0.4],
  ["add-text", 0.4],
  ["export-log", 0.2],
  ["delete-sources", 0.13],
  ["upload-file", 0.18],
  ["wander", 0.16],
];
const habitsOfOwner: readonly (readonly [Habit, number])[] = [
  ["view-log", 3],
  ["ask", 1.5],
  ["export-log", 0.9],
  ["edit-guru", 0.12],
];

/** How busy the hours after arriving are: a slow start, two peaks, lunch between them. */
const hours: readonly (readonly [number, number])[] = [
  [0, 6],
  [1, 11],
  [2, 13],
  [3, 9],
  [4, 5],
  [5, 11],
  [6, 12],
  [7, 9],
  [8, 5],
  [9, 1],
];

/**
 * The days of one person: signing in, some acts, perhaps signing out.
 * @param from when they joined; days before it are not theirs
 * @param scale multiplies the acts of a day
 */
export function everyday(
  person: Person,
  from: number,
  period: Period,
  scale: number,
  random: Random,
): PlannedAct[] {
  const planned: PlannedAct[] = [];
  for (const day of daysIn(person.zone, from, period.end)) {
    const comes = day.weekend ? person.weekends : 0.93;
    if (random.chance(comes)) planned.push(...oneDay(person, day, scale, random));
  }
  return planned.filter(({ at }) => at > from && at < period.end);
}

function oneDay(person: Person, day: LocalDay, scale: number, random: Random): PlannedAct[] {
  const who = person.key;
  const mix = who === founder.key ? habitsOfOwner : habits;
  const late = day.weekend ? 150 : 0;
  const arrives = person.begins + late + Math.max(-45, random.around(0, 22));
  const at = (minutes: number): number => momentOf(person.zone, day, minutes) + random.between(0, 59_999);
  const acts: PlannedAct[] = [{ at: at(arrives), act: signIn(person, day, random) }];
  const busy = person.busy * scale * (day.weekend ? 0.45 : 1);
  let last = arrives + 5;
  for (let n = random.count(busy); n > 0; n--) {
    const kind = random.weighted(mix) ?? "ask";
    let minutes = arrives + 2 + (random.weighted(hours) ?? 0) * 55 + random.next() * 55;
    // Who asks one question often asks another.
    const times = kind === "ask" && random.chance(0.22) ? random.between(2, 3) : 1;
    for (let i = 0; i < times; i++, minutes += random.between(1, 4))
      acts.push({ at: at(minutes), act: { kind, who } satisfies Act });
    last = Math.max(last, minutes);
  }
  if (random.chance(0.55))
    acts.push({ at: at(last + random.between(3, 25)), act: { kind: "sign-out", who } });
  return acts;
}

function signIn(person: Person, day: LocalDay, random: Random): Act {
  const atHome = day.weekend || random.chance(person.remote);
  const place = day.weekend && random.chance(0.4) ? "phone" : atHome ? "home" : "office";
  const slips = random.chance(0.07) ? random.between(1, 2) : 0;
  return { kind: "sign-in", who: person.key, place, slips };
}

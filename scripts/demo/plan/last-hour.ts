import { founder } from "../team/people";
import type { Act, Period, PlannedAct } from "./act";

/** Some of everything right before the end, on whatever day that is: it is what a newcomer sees first. */
const lastHour: readonly (readonly [number, Act])[] = [
  [52, { kind: "sign-in", who: "d.okafor", place: "home", slips: 1 }],
  [50.3, { kind: "ask", who: "d.okafor" }],
  [47.1, { kind: "update-text", who: "m.solberg" }],
  [44.6, { kind: "create-key", who: "r.petrov", name: "sdk-ci", scopes: ["gurus"], days: 90 }],
  [42.2, { kind: "ask", who: "k.oduya" }],
  [40.9, { kind: "create-key-again", who: "r.petrov", name: "sdk-ci" }],
  [36.5, { kind: "export-log", who: founder.key }],
  [33.8, { kind: "add-text", who: "k.oduya" }],
  [30.2, { kind: "ask-by-key", name: "support-bot", slug: "support-desk" }],
  [27.4, { kind: "delete-sources", who: "k.oduya" }],
  [22.7, { kind: "guess", email: "admin@halden.example" }],
  [22.6, { kind: "guess", email: "j.lindqvist@halden.example" }],
  [18.9, { kind: "wander", who: "b.whitaker" }],
  [16.3, { kind: "edit-guru", who: "m.solberg" }],
  [13.2, { kind: "delete-key", who: "r.petrov", name: "sdk-ci" }],
  [11.4, { kind: "reindex", who: "e.kowalski" }],
  [8.7, { kind: "ask", who: "t.mori" }],
  [6.1, { kind: "edit-guru", who: "k.oduya" }],
  [3.5, { kind: "view-log", who: "m.solberg" }],
  [1.2, { kind: "sign-out", who: "d.okafor" }],
];

export function untilNow({ end }: Period): PlannedAct[] {
  return lastHour.map(([minutesAgo, act]) => ({ at: end - minutesAgo * 60_000, act }));
}

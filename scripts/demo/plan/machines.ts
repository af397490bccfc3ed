import type { Random } from "../random";
import type { Period, PlannedAct } from "./act";
import { workingTime } from "./working-time";

const hour = 3_600_000;

/** Programs that call the HTTP API: the collector four times a day, the support chat's bot in working hours. */
export function machines(period: Period, scale: number, random: Random): PlannedAct[] {
  const planned: PlannedAct[] = [];
  const at = workingTime(period);
  for (let time = at(0.06); time < period.end; time += 6 * hour) {
    planned.push({
      at: time + random.between(0, 40_000),
      act: { kind: "read-log-by-key", name: "siem-export" },
    });
  }
  const days = (period.end - period.start) / (24 * hour);
  for (let n = Math.round(5 * days * scale); n > 0; n--) {
    const act = { kind: "ask-by-key", name: "support-bot", slug: "support-desk" } as const;
    planned.push({ at: at(0.16 + 0.84 * random.next()), act });
  }
  return planned;
}

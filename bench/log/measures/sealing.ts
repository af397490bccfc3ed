import { recordEvents } from "@/lib/audit/record/record";
import { inTransaction } from "@/lib/gate/transaction";
import { actingPeople, eventOf } from "../acts";
import { figureOf } from "../figures";
import type { Group } from "../group";
import { asBench } from "../load";
import type { Measured } from "../sampling";

const backlog = { full: 50_000, check: 2_000 };
const batch = 1_000;
const rounds = 3;

/** How fast a backlog is sealed, signed and counted. */
export const sealing: Group = {
  name: "sealing",
  async measure({ product, check }): Promise<Measured[]> {
    const people = await asBench(product.runtime, actingPeople);
    const events = backlog[check ? "check" : "full"] / rounds;
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await product.drained(true);
      await product.sealer(false);
      let recorded = 0;
      while (recorded < events) {
        const inputs = Array.from({ length: batch }, (_, i) => {
          const person = people[i % people.length];
          if (!person) throw new Error("the log has nobody who acts");
          return eventOf(person, recorded + i);
        });
        await inTransaction((tx) => recordEvents(tx, inputs));
        recorded += batch;
      }
      const begun = performance.now();
      await product.sealer(true);
      await product.drained();
      rates.push((recorded / (performance.now() - begun)) * 1_000);
    }
    await product.drained(true);
    return [{ id: "sealing", title: "Sealing a backlog", unit: "rows/s", ours: figureOf(rates) }];
  },
};

import { sql as statement } from "drizzle-orm";
import { recordEvents } from "@/lib/audit/record/record";
import { inTransaction } from "@/lib/gate/transaction";
import { actingPeople, eventOf, insertIntoPeer } from "../acts";
import { openBareLog, writers } from "../bare-log";
import { figureOf, ratioOf } from "../figures";
import type { DatabaseBench, Group } from "../group";
import { asBench } from "../load";
import { type Case, type Measured, sample, shuffled } from "../sampling";

const slices = { full: { rounds: 15, inserts: 1_600 }, check: { rounds: 2, inserts: 160 } };
const batch = 1_000;

type People = Awaited<ReturnType<typeof actingPeople>>;

/** Recording: single events over eight connections and batches, beside the same table without any index; and an act. */
export const writes: Group = {
  name: "writes",
  async measure(bench) {
    const { product, peer, check } = bench;
    const people = await asBench(product.runtime, actingPeople);
    const tables = await openBareLog(product.runtime);
    // What is measured is recording; sealing has a group of its own.
    await product.sealer(false);
    try {
      const single = (into: typeof tables.log) => (n: number) =>
        recordEvents(into, [eventOf(personOf(people, n), n)]);
      const inserts = await slicesOf(
        {
          ours: single(tables.log),
          raw: single(tables.bare),
          peer: (n) => insertIntoPeer(peer.sql, personOf(people, n), n),
        },
        slices[check ? "check" : "full"],
      );
      const batches = await sample([batchCase(people, tables)], { ...bench.pace, budgetMs: 2_000 });
      return [inserts, ...batches, ...(await sample(actCases(bench, people), bench.pace))];
    } finally {
      await tables.close();
      await product.sealer(true);
      await product.drained(true);
    }
  },
};

function personOf(people: People, n: number): People[number] {
  const found = people[n % people.length];
  if (!found) throw new Error("the log has nobody who acts");
  return found;
}

let made = 0;

/** Slices of the same number of inserts each, over eight connections, in an order drawn anew each round. */
async function slicesOf(
  sides: Record<"ours" | "raw" | "peer", (n: number) => Promise<unknown>>,
  { rounds, inserts }: { rounds: number; inserts: number },
): Promise<Measured> {
  const rates = { ours: [] as number[], raw: [] as number[], peer: [] as number[] };
  const slice = async (insert: (n: number) => Promise<unknown>) => {
    const begun = performance.now();
    await Promise.all(
      Array.from({ length: writers }, async () => {
        for (let n = 0; n < inserts / writers; n += 1) await insert(made++);
      }),
    );
    return (inserts / (performance.now() - begun)) * 1_000;
  };
  const names = ["ours", "raw", "peer"] as const;
  for (const name of names) await slice(sides[name]);
  for (let round = 0; round < rounds; round += 1)
    for (const name of shuffled(names)) rates[name].push(await slice(sides[name]));
  return {
    id: "single-inserts",
    title: `Single inserts, ${writers} connections`,
    unit: "rows/s",
    ours: figureOf(rates.ours),
    raw: figureOf(rates.raw),
    peer: figureOf(rates.peer),
    oursByRaw: ratioOf(rates.ours, rates.raw),
    peerByOurs: ratioOf(rates.peer, rates.ours),
  };
}

function batchCase(people: People, { log, bare }: Awaited<ReturnType<typeof openBareLog>>): Case {
  const record = async (into: typeof log) => {
    const events = Array.from({ length: batch }, (_, i) => eventOf(personOf(people, i), made++));
    return (await recordEvents(into, events)).length;
  };
  return {
    id: "batch",
    title: `A batch of ${batch.toLocaleString("en-US")} events`,
    ours: () => record(log),
    raw: () => record(bare),
    fewestRows: batch,
  };
}

/** An act with its event in one transaction; the same unrecorded; the peer's, whose record is a second transaction. */
function actCases({ peer }: DatabaseBench, people: People): Case[] {
  const change = (n: number) => {
    const { account } = personOf(people, n);
    return statement`update account set name = ${`P ${n}`} where id = ${account.id}`;
  };
  return [
    {
      id: "act",
      title: "An act with its event, in the database",
      async ours() {
        const n = made++;
        await inTransaction(async (tx) => {
          await tx.execute(change(n));
          await recordEvents(tx, [eventOf(personOf(people, n), n)]);
        });
        return undefined;
      },
      async peer() {
        const n = made++;
        await inTransaction((tx) => tx.execute(change(n)));
        await insertIntoPeer(peer.sql, personOf(people, n), n);
        return undefined;
      },
      async raw() {
        await inTransaction((tx) => tx.execute(change(made++)));
        return undefined;
      },
    },
  ];
}

import { sql } from "drizzle-orm";
import { guruUpdated } from "@/lib/audit/catalogue/gurus";
import type { EventInput } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import { db } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";

const people = 50;
const accounts: string[] = [];

/** The accounts whose rows the acts change. */
export async function makeAccounts(): Promise<void> {
  const rows = await db().execute<{ id: string }>(sql`
    insert into account (email, email_key, name)
    select 'p' || n || '@halden.example', 'p' || n || '@halden.example', 'P' from generate_series(1, ${people}) n returning id`);
  accounts.push(...rows.map((row) => row.id));
}

export function eventOfAct(n: number): EventInput {
  const id = accounts[n % people] ?? "";
  const guru = {
    id: `00000000-0000-7000-8000-00000000${1000 + (n % 20)}`,
    slug: `guru-${n % 20}`,
    name: `Guru ${n % 20}`,
  };
  return {
    definition: guruUpdated,
    orgId: 1,
    actor: {
      type: "user",
      id,
      email: `p${(n % people) + 1}@halden.example`,
      ip: "203.0.113.7",
      userAgent:
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    },
    accountId: id,
    guru,
    targetId: guru.id,
    label: guru.name,
    changes: [
      {
        field: "description",
        before: `What it was at act ${n}, in a line or two of text.`,
        after: `What it is after act ${n}.`,
      },
    ],
  };
}

/** One audited act: a row changed and its event, in one transaction of the runtime role. @returns milliseconds it took */
async function act(n: number): Promise<number> {
  const begun = performance.now();
  await inTransaction(async (tx) => {
    await tx.execute(sql`update account set name = ${`P ${n}`} where id = ${accounts[n % people] ?? ""}`);
    await recordEvents(tx, [eventOfAct(n)]);
  });
  return performance.now() - begun;
}

let made = 0;

/**
 * Acts at a steady pace, whatever the answers do.
 * @returns each act's milliseconds from the moment that it was due
 */
export async function actsAtPace(perSecond: number, forMs: number): Promise<number[]> {
  const begun = performance.now();
  const all: Promise<number>[] = [];
  const count = Math.round((perSecond * forMs) / 1000);
  while (all.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - begun) * perSecond) / 1000) + 1);
    while (all.length < due) {
      const dueAt = begun + (all.length * 1000) / perSecond;
      all.push(act(made++).then(() => performance.now() - dueAt));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return Promise.all(all);
}

/** Acts of so many people, each doing the next when the last is done. @returns each act's milliseconds */
export async function actsInTurn(writers: number, forMs: number): Promise<number[]> {
  const took: number[] = [];
  const end = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (performance.now() < end) took.push(await act(made++));
    }),
  );
  return took;
}

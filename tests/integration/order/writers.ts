import postgres from "postgres";
import { randomFrom } from "@/tests/faults/support/random";
import { insertEvents } from "../sealer/events-for-tests";

/** One act of a writer: before `sent` nothing of it had left, at `acknowledged` its COMMIT was answered. */
export interface Written {
  label: string;
  /** Ticks of one counter for the whole process: a smaller one was earlier. */
  sent: number;
  acknowledged: number;
  committed: boolean;
  /** Events of this act, in the order in which they were recorded. */
  ids: string[];
}

export interface WritersOptions {
  appUrl: string;
  writers: number;
  acts: number;
  seed: number;
}

/**
 * Writers on connections of their own, each act a transaction that may be slow before, between and after its events,
 * may take a part of itself back, and may be rolled back in the end.
 */
export async function runWriters({ appUrl, writers, acts, seed }: WritersOptions): Promise<Written[]> {
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    return ticks;
  };
  const written = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const random = randomFrom(seed * 100 + writer);
      const sql = postgres(appUrl, { max: 1, onnotice: () => {} });
      const own: Written[] = [];
      try {
        for (let number = 0; number < acts; number++) {
          const label = `${seed}/${writer}/${number}`;
          const sent = tick();
          const { committed, ids } = await act(sql, label, random);
          own.push({ label, sent, acknowledged: tick(), committed, ids });
        }
      } finally {
        await sql.end({ timeout: 5 });
      }
      return own;
    }),
  );
  return written.flat();
}

const takenBack = new Error("taken back");

async function act(
  sql: postgres.Sql,
  label: string,
  random: () => number,
): Promise<{ committed: boolean; ids: string[] }> {
  const ids: string[] = [];
  const slow = async (tx: postgres.TransactionSql) => {
    if (random() < 0.4) await tx`select pg_sleep(${random() * 0.06})`;
  };
  const record = async (tx: postgres.TransactionSql, count: number) => {
    const events = Array.from({ length: count }, (_, at) => ({
      target_label: `${label}.${ids.length + at}`,
    }));
    ids.push(...(await insertEvents(tx, events)).map((event) => event.id));
  };
  try {
    await sql.begin(async (tx) => {
      await slow(tx);
      await record(tx, 1 + Math.floor(random() * 3));
      await slow(tx);
      if (random() < 0.2)
        await tx
          .savepoint(async (inner) => {
            await insertEvents(inner, [{ target_label: `${label} taken back` }]);
            throw takenBack;
          })
          .catch(ignoreTakenBack);
      if (random() < 0.3) await record(tx, 1);
      await slow(tx);
      if (random() < 0.15) throw takenBack;
    });
    return { committed: true, ids };
  } catch (error) {
    ignoreTakenBack(error);
    return { committed: false, ids };
  }
}

function ignoreTakenBack(error: unknown): void {
  if (error !== takenBack) throw error;
}

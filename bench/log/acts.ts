import { randomBytes } from "node:crypto";
import type postgres from "postgres";
import { guruUpdated } from "@/lib/audit/catalogue/gurus";
import type { EventInput } from "@/lib/audit/record/event-input";
import { insertOne } from "./peer-sql";

/** Somebody of the log, and a guru of theirs. */
interface Acting {
  account: { id: string; email: string };
  guru: { id: string; slug: string; name: string };
}

/** The first people and gurus of the log. */
export async function actingPeople(sql: postgres.Sql): Promise<Acting[]> {
  const found = await sql<{ id: string; email: string; guru: string; slug: string; name: string }[]>`
    select p.id::text, p.email, g.id::text as guru, g.slug, g.name
    from bench.person p join bench.guru g on g.n = 1 + (p.n - 1) % (select count(*) from bench.guru)
    where p.n <= 500 order by p.n`;
  return found.map(({ id, email, guru, slug, name }) => ({
    account: { id, email },
    guru: { id: guru, slug, name },
  }));
}

const userAgent =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36";

/** What an act leaves behind in the log: a guru's description, before and after. */
export function eventOf({ account, guru }: Acting, n: number): EventInput {
  return {
    definition: guruUpdated,
    orgId: 1,
    actor: { type: "user", id: account.id, email: account.email, ip: "203.0.113.7", userAgent },
    accountId: account.id,
    guru,
    targetId: guru.id,
    label: guru.name,
    changes: [
      {
        field: "description",
        before: `What it was before act ${n}.`,
        after: `What it is after act ${n}, in a line of text.`,
      },
    ],
  };
}

/** The same as the peer's application writes it. */
export async function insertIntoPeer(sql: postgres.Sql, { account, guru }: Acting, n: number): Promise<void> {
  const { changes } = eventOf({ account, guru }, n);
  const id = `c${Date.now().toString(16).padStart(11, "0")}${randomBytes(7).toString("hex").slice(0, 13)}`;
  await sql.unsafe(
    insertOne,
    [
      id,
      "guru.updated",
      account.id,
      "user",
      guru.id,
      "guru",
      "0.1.0",
      null,
      guru.slug,
      "GuruType",
      account.email,
      "203.0.113.7",
      "updated",
      "UPDATE_GURU",
      guru.name,
      "success",
      JSON.stringify(changes),
      JSON.stringify({}),
    ],
    { prepare: true },
  );
}

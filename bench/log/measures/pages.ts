import { countNewer } from "@/lib/audit/query/newer";
import { eventById, eventsPage } from "@/lib/audit/query/pages";
import { compileFilter } from "@/lib/audit/query/where";
import { sql } from "@/lib/db/client";
import type { Group } from "../group";
import { BrokenCase, type Case, sample } from "../sampling";
import { filterOf } from "../values";

const scope = { orgId: 1, guruScope: null };
const rowsPerPage = 50;
const depths = [0.1, 0.5, 0.9] as const;

/** The unfiltered page at any depth, both ways, and one event. */
export const pages: Group = {
  name: "pages",
  async measure({ peer, values, pace }) {
    const filter = filterOf({});
    const page = async (cursor: Cursor | null, direction: "older" | "newer") => {
      const where = await compileFilter({ ...scope, filter });
      return (await eventsPage({ where, limit: rowsPerPage, cursor, direction })).rows.length;
    };
    const raw = async () => {
      await sql()`select 1`;
      return undefined;
    };
    const cases: Case[] = [
      {
        id: "first-page",
        title: "First page",
        ours: () => page(null, "older"),
        peer: () => peer.page(filter, 0),
        raw,
        fewestRows: rowsPerPage,
      },
    ];
    for (const depth of depths) {
      const offset = Math.floor(values.kept.events * depth);
      const cursor = await cursorAt(offset);
      const percent = `${depth * 100} %`;
      cases.push(
        {
          id: `older-${depth * 100}`,
          title: `Next page at ${percent}`,
          ours: () => page(cursor, "older"),
          peer: () => peer.page(filter, offset),
          fewestRows: rowsPerPage,
        },
        {
          id: `newer-${depth * 100}`,
          title: `Previous page at ${percent}`,
          // The peer skips as many rows as for the next page.
          ours: () => page(cursor, "newer"),
          fewestRows: rowsPerPage,
        },
      );
    }
    const recent = await cursorAt(40);
    cases.push({
      id: "newer-count",
      title: "How many events are new",
      async ours() {
        const where = await compileFilter({ ...scope, filter });
        const found = await countNewer(where, recent);
        // No answer is one too: its deadline came first.
        if (found && found.count < 40) throw new BrokenCase(`newer-count: ${found.count} of 40 events`);
        return found?.count;
      },
    });
    cases.push({
      id: "event",
      title: "One event by its id",
      async ours() {
        const where = await compileFilter({ ...scope, filter });
        return (await eventById(where, values.middle.id)) ? 1 : 0;
      },
    });
    return sample(cases, pace);
  },
};

interface Cursor {
  micros: string;
  id: string;
}

/** The event with so many newer ones. */
async function cursorAt(offset: number): Promise<Cursor> {
  const [found] = await sql().begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    return tx<Cursor[]>`
      select (extract(epoch from occurred_at) * 1000000)::bigint::text as micros, id from audit_event
      where org_id = 1 and occurred_at >= audit_cutoff() order by occurred_at desc, id desc offset ${offset} limit 1`;
  });
  if (!found) throw new Error(`the log has no event after ${offset}`);
  return found;
}

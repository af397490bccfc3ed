import "server-only";
import { sql } from "drizzle-orm";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { type ListPage, pageNumber } from "@/lib/access/list-page";
import type { ReadDb } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { Refusal } from "@/lib/platform/errors";
import { type QuestionPage, questionPage, type SourceRow, sourcePage } from "./lists";
import { type Overview, overviewOf } from "./overview";
import { type AnalyticsPeriod, periodOf } from "./period-rules";
import { type AnalyticsAddress, troubleOfRange } from "./schemas";

/** Of a long range each of them keeps a core busy for a moment; more would hold up everybody else's pages. */
const mostAtOnce = 3;

type AskedRange = Pick<AnalyticsAddress, "interval" | "from" | "to">;

/** The moment of the database's clock by which questions are dated, milliseconds. */
export async function nowOf(db: Pick<ReadDb, "execute">): Promise<number> {
  const [row] = await db.execute<{ ms: number }>(
    sql`select floor(extract(epoch from gurulog_now()) * 1000)::float8 as ms`,
  );
  if (!row) throw new Error("the database does not say what time it is");
  return row.ms;
}

/**
 * A period that can be shown, whatever was asked for.
 * @returns with `trouble`, in words, where the range could not be used and the last 30 days stand in its place
 */
function shownPeriod(
  asked: AskedRange,
  nowMs: number,
  timeZone: string,
): { range: AskedRange; period: AnalyticsPeriod; trouble: string | null } {
  const instead = (trouble: string) => {
    const range = { ...asked, interval: "30d" } as const;
    return { range, period: periodOf(range, nowMs, timeZone), trouble };
  };
  const trouble = troubleOfRange(asked);
  if (trouble !== null) return instead(trouble);
  try {
    return { range: asked, period: periodOf(asked, nowMs, timeZone), trouble: null };
  } catch (error) {
    if (error instanceof Refusal) return instead(error.message);
    throw error;
  }
}

export type ShownList =
  | ({ table: "questions" | "unanswered" } & QuestionPage)
  | ({ table: "sources" } & ListPage<SourceRow>);

export interface Analytics extends Overview {
  guru: { slug: string; name: string };
  range: AskedRange;
  period: AnalyticsPeriod;
  trouble: string | null;
  list: ShownList;
  /** The database's clock, milliseconds. */
  nowMs: number;
}

/** All of a guru's analytics page: what is above the lists, and a page of one of them. */
export const guruAnalytics = query({
  allow: onGuru<AnalyticsAddress & { guru: string; timeZone: string }>("analytics:read", ({ guru }) => guru),
  run: ({ db, input, scope }): Promise<Analytics> =>
    fewAtOnce("analytics", mostAtOnce, async () => {
      const { door, table, search, before, page } = input;
      const { slug, name } = scope.guru;
      const nowMs = await nowOf(db);
      const shown = shownPeriod(input, nowMs, input.timeZone);
      const asked = { guruId: scope.guru.id, door, search };
      const { period } = shown;
      const overview = await overviewOf(db, asked, period);
      const list: ShownList =
        table === "sources"
          ? { table, ...(await sourcePage(db, asked, period, pageNumber(page))) }
          : {
              table,
              ...(await questionPage(db, { ...asked, unanswered: table === "unanswered" }, period, before)),
            };
      return { guru: { slug, name }, ...shown, ...overview, list, nowMs };
    }),
});

import "server-only";
import { accountOf } from "@/lib/access/principal";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { eventById, eventsPage, sequencesOf } from "@/lib/audit/query/pages";
import { compileFilter } from "@/lib/audit/query/where";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { pageHref, placeOf } from "./page-address";
import { type PageEvent, type PageRow, pageEvent, pageRows } from "./page-rows";

const rowsPerPage = 50;

export interface ActivityInput {
  since?: string | undefined;
  until?: string | undefined;
  /** `older` and `newer` of the page's address. */
  older?: string | null;
  newer?: string | null;
  /** `event` of the page's address; null: no sheet is open. */
  event?: string | null;
}

export interface Activity {
  rows: PageRow[];
  /** Addresses of the pages beside this one; left out where there is none. */
  cursors: { newer?: string; older?: string };
  /** Null: the address names an event that is not one's own. Undefined: no sheet is open. */
  event: PageEvent | null | undefined;
}

/**
 * A person's own part of the log, whatever their role: what they did, what their API keys did, and failed sign-ins on
 * their account. Nobody else's events, under whatever id they are asked for.
 */
export const ownActivity = query({
  allow: inOrganization<ActivityInput>("activity:own"),
  async run({ input, principal }): Promise<Activity> {
    const account = accountOf(principal);
    if (account === null) return { rows: [], cursors: {}, event: undefined };
    const { since, until } = input;
    const range = { ...emptyFilter, ...(since ? { since } : {}), ...(until ? { until } : {}) };
    const scope = { orgId: principal.orgId, guruScope: null };
    const ownIn = (filter: AuditFilter) =>
      compileFilter({ ...scope, filter: { ...filter, actor: [account] } });
    const [where, anyTime] = await Promise.all([ownIn(range), ownIn(emptyFilter)]);

    const newer = placeOf(input.newer);
    const asked = newer
      ? await eventsPage({ where, limit: rowsPerPage, cursor: newer, direction: "newer" })
      : null;
    // Short of a page the newest one is meant.
    const isNewer = asked !== null && asked.rows.length === rowsPerPage;
    const older = newer ? null : placeOf(input.older);
    const page = isNewer
      ? asked
      : await eventsPage({ where, limit: rowsPerPage, cursor: older, direction: "older" });
    const [first, last] = [page.rows[0], page.rows.at(-1)];
    const hasNewer = isNewer ? page.more : older !== null;
    const hasOlder = isNewer || page.more;

    const found = input.event == null ? null : await eventById(anyTime, input.event.toLowerCase());
    const indexes = found ? await sequencesOf(scope, [found]) : null;
    return {
      rows: await pageRows(principal.orgId, page.rows),
      cursors: {
        ...(hasNewer && first ? { newer: pageHref(range, "newer", first) } : {}),
        ...(hasOlder && last ? { older: pageHref(range, "older", last) } : {}),
      },
      event:
        input.event == null ? undefined : found && (await pageEvent(found, indexes?.get(found.id) ?? null)),
    };
  },
});

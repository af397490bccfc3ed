import "server-only";
import { and, asc, eq, isNull, or } from "drizzle-orm";
import type { GuruFacts } from "@/lib/access/guru-standing";
import { mayInOrganization, type Permission } from "@/lib/access/permissions";
import { accountOf, type Principal } from "@/lib/access/principal";
import { type AuditFilter, auditFilterInput } from "@/lib/audit/query/filter";
import { schema } from "@/lib/db/client";
import { type Allow, Denial } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isUuid } from "@/lib/platform/ids";
import { readsLog } from "./commands/view-audit-logs";
import type { AuditScopeInput } from "./schemas";

const { savedView, account } = schema;

/** A saved view as the audit page offers it. */
export interface ShownView {
  id: string;
  name: string;
  filter: AuditFilter;
  /** Days up to the one on which it is opened; its filter then has no range. */
  recentDays: number | null;
  shared: boolean;
  isOwn: boolean;
  /** The e-mail of who saved it. */
  owner: string;
  mayDelete: boolean;
}

/** Rows of one log, of the organization's or a guru's. */
export const viewsOfLog = (orgId: number, guru: Pick<GuruFacts, "id"> | null) =>
  and(eq(savedView.orgId, orgId), guru ? eq(savedView.guruId, guru.id) : isNull(savedView.guruId));

/** One's own, and what others share. */
const visibleTo = (principal: Principal) => {
  const accountId = accountOf(principal);
  return accountId === null
    ? eq(savedView.shared, true)
    : or(eq(savedView.accountId, accountId), eq(savedView.shared, true));
};

/** Whoever reads a guru's log maintains the guru. */
const mayDeleteOf = (principal: Principal, guru: GuruFacts | null, ownerId: string): boolean =>
  ownerId === accountOf(principal) || guru !== null || mayInOrganization(principal, "audit:delete-views");

/** The views of a log that the caller can open: their own first, each part by name. */
export const savedViews = query<{ scope: AuditScopeInput }, { guru: GuruFacts } | null, ShownView[]>({
  allow: readsLog,
  async run({ db, principal, scope }) {
    const guru = scope?.guru ?? null;
    const rows = await db
      .select({
        id: savedView.id,
        name: savedView.name,
        filter: savedView.filter,
        recentDays: savedView.recentDays,
        shared: savedView.shared,
        accountId: savedView.accountId,
        owner: account.email,
      })
      .from(savedView)
      .innerJoin(account, eq(account.id, savedView.accountId))
      .where(and(viewsOfLog(principal.orgId, guru), visibleTo(principal)))
      .orderBy(asc(savedView.nameKey), asc(savedView.id));
    const views = rows.flatMap(({ accountId, filter, ...row }) => {
      const parsed = auditFilterInput.safeParse(filter);
      // A filter that the grammar does not know any more chooses nothing that one could mean.
      if (!parsed.success) return [];
      const isOwn = accountId === accountOf(principal);
      return [{ ...row, filter: parsed.data, isOwn, mayDelete: mayDeleteOf(principal, guru, accountId) }];
    });
    return [...views.filter((view) => view.isOwn), ...views.filter((view) => !view.isOwn)];
  },
});

export type StoredView = typeof savedView.$inferSelect;
export type DeletableView = { guru: GuruFacts | null; view: StoredView };

/**
 * A view that the caller may delete: their own, or a shared one where they administer the log (the organization's owner,
 * a guru's maintainers). Somebody else's private view looks like none.
 */
export const deletableView: Allow<{ scope: AuditScopeInput; id: string }, DeletableView> = async (
  context,
) => {
  const { db, principal, input } = context;
  const guru = (await readsLog(context))?.guru ?? null;
  const permission: Permission = guru ? "audit:read-guru" : "audit:read-global";
  const asked = `view ${input.id}`;
  const [view] = isUuid(input.id)
    ? await db
        .select()
        .from(savedView)
        .where(and(eq(savedView.id, input.id), viewsOfLog(principal.orgId, guru), visibleTo(principal)))
    : [];
  if (!view) throw new Denial(permission, asked, "not_found", guru);
  if (!mayDeleteOf(principal, guru, view.accountId))
    throw new Denial("audit:delete-views", asked, "forbidden");
  return { guru, view };
};

import "server-only";
import type { Principal } from "@/lib/access/principal";
import { type Choice, searchChoices } from "@/lib/audit/query/facets";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { countNewer } from "@/lib/audit/query/newer";
import { compileFilter, type FilterScope } from "@/lib/audit/query/where";
import type { GuruScope } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { readsLog } from "./commands/view-audit-logs";
import type { Place } from "./page-address";
import type { AuditScopeInput, ChoicesQuestion } from "./schemas";

type OfLog = { scope: AuditScopeInput };

const scopeOf = (principal: Principal, scope: GuruScope | null): FilterScope => ({
  orgId: principal.orgId,
  guruScope: scope?.guru.id ?? null,
});

/**
 * Values of a dropdown whose label holds a text, of a log that the caller may read. No event: whoever reads a log's page
 * is offered the same values there.
 */
export const auditChoices = query<
  OfLog & ChoicesQuestion,
  GuruScope | null,
  { choices: Choice[]; more: boolean }
>({
  allow: readsLog,
  run: ({ input, principal, scope }) => searchChoices(scopeOf(principal, scope), input.dimension, input.q),
});

/**
 * How many events came after a place: what an open page asks by itself. No event either; the rows are read, and that is
 * recorded, when somebody asks for them. Null: there was no time to count.
 */
export const newerAuditEvents = query<
  OfLog & { filter: AuditFilter; after: Place },
  GuruScope | null,
  { count: number; exact: boolean } | null
>({
  allow: readsLog,
  async run({ input, principal, scope }) {
    const where = await compileFilter({ ...scopeOf(principal, scope), filter: input.filter });
    return countNewer(where, input.after);
  },
});

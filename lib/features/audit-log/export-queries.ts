import "server-only";
import { type SQL, sql } from "drizzle-orm";
import { guruStanding } from "@/lib/access/guru-standing";
import { mayInOrganization, mayOnGuru } from "@/lib/access/permissions";
import { accountOf, type Principal } from "@/lib/access/principal";
import { manifestName } from "@/lib/audit/export/export-manifest";
import { type ExportState, isAlive, keptManifest } from "@/lib/audit/export/progress";
import type { ReadDb } from "@/lib/db/client";
import { type Allow, Denial } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";

/** An export of the caller's, as its page shows it. */
export interface ExportStatus {
  id: string;
  fileName: string;
  format: string;
  state: ExportState;
  rowsSent: number;
  /** Null when counting took too long. */
  rowsExpected: number | null;
  bytes: number;
  /** The signed manifest of the file can be fetched. */
  manifest: boolean;
  /** Events of the filter that were not sealed: a verifiable file does not hold them. */
  notYetSealed: number;
}

interface OwnExport extends ExportStatus {
  guruId: string | null;
}

/** One of which nothing was heard for a minute has failed, even before that is recorded. */
async function ownExports(
  db: Pick<ReadDb, "execute">,
  principal: Principal,
  which: SQL,
): Promise<OwnExport[]> {
  const rows = await db.execute<{ [K in keyof OwnExport]: OwnExport[K] }>(sql`
    select id, file_name as "fileName", format, guru_id as "guruId",
      case when state in ('pending', 'running') and not ${isAlive} then 'failed' else state end as state,
      rows_sent::float8 as "rowsSent", rows_expected::float8 as "rowsExpected", bytes_sent::float8 as bytes,
      manifest is not null as manifest, not_yet_sealed::float8 as "notYetSealed"
    from export_job where account_id = ${accountOf(principal)} and org_id = ${principal.orgId} and ${which}
    order by created_at desc limit 1`);
  return [...rows];
}

type ExportPermission = "audit:export-global" | "audit:export-guru";

const denied = (
  id: string,
  permission: ExportPermission = "audit:export-global",
  code: Denial["code"] = "not_found",
) => new Denial(permission, `export ${cleanText(id, 100)}`, code);

/** Somebody else's export looks like none. */
export const ownExport: Allow<{ id: string }, OwnExport> = async ({ db, principal, input }) => {
  if (principal.kind === "anonymous") throw denied(input.id, "audit:export-global", "unauthenticated");
  const [found] = isUuid(input.id) ? await ownExports(db, principal, sql`id = ${input.id}`) : [];
  if (!found || principal.kind !== "user") throw denied(input.id);
  return found;
};

/** Their own, and of a log that they may export still: a role may have gone since it was asked for. */
const permittedExport: Allow<{ id: string }, OwnExport> = async (context) => {
  const found = await ownExport(context);
  const { db, principal, input } = context;
  if (found.guruId === null) {
    if (!mayInOrganization(principal, "audit:export-global")) throw denied(input.id);
    return found;
  }
  const standing = await guruStanding(db, principal, found.guruId);
  if (!standing || !mayOnGuru(principal, "audit:export-guru", standing.standing))
    throw denied(input.id, "audit:export-guru");
  return found;
};

function shown({ guruId: _, ...status }: OwnExport): ExportStatus {
  return status;
}

/** How far an export of the caller's is. */
export const exportStatus = query<{ id: string }, OwnExport, ExportStatus>({
  allow: ownExport,
  run: async ({ scope }) => shown(scope),
});

/** The same for its download, which asks for the permission anew. */
export const exportToDownload = query<{ id: string }, OwnExport, ExportStatus>({
  allow: permittedExport,
  run: async ({ scope }) => shown(scope),
});

/** The manifest beside a file of the caller's, and why there is none. Fetched as often as wanted, for a day. */
export const manifestToDownload = query<
  { id: string },
  OwnExport,
  { fileName: string; text: string } | { missing: "not-yet" | "none" | "over" }
>({
  allow: permittedExport,
  async run({ db, scope: { id, state, fileName } }) {
    if (state === "pending" || state === "running") return { missing: "not-yet" };
    if (state !== "done") return { missing: "none" };
    const text = await keptManifest(db, id);
    return text === null ? { missing: "over" } : { fileName: manifestName(fileName), text };
  },
});

/** The export that a person has under way, for the page that is opened meanwhile; null when there is none. */
export const runningExport = query<null, null, ExportStatus | null>({
  allow: async () => null,
  async run({ db, principal }) {
    if (principal.kind !== "user") return null;
    const [found] = await ownExports(db, principal, isAlive);
    return found ? shown(found) : null;
  },
});

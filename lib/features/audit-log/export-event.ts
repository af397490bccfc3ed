import "server-only";
import { sql } from "drizzle-orm";
import { type AuditFilter, auditFilterInput, filterRecord } from "@/lib/audit/query/filter";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import type { Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";

/** What an export is about, as its events say it. */
interface ExportAbout {
  id: string;
  orgId: number;
  guru: GuruSnapshot | null;
  /** The organization's name, or the guru's. */
  label: string;
  format: string;
  filter: AuditFilter;
  fileName: string;
}

/** The fact of an export's event: the guru on whose page it was made, else the organization. */
export function exportFact(
  about: ExportAbout,
  details: Record<string, unknown>,
): AuditFact & { target: { id: string; type: string } } {
  const { id, orgId, guru, label, format, filter, fileName } = about;
  return {
    target: guru ? { id: guru.id, type: "guru" } : { id: String(orgId), type: "org" },
    label,
    guru,
    details: { filters: filterRecord(filter), format, fileName, exportId: id, ...details },
  };
}

/** The same of an export that stands in its table; a guru that is gone keeps its last name. */
export async function aboutExport(tx: Pick<Tx, "execute">, id: string): Promise<ExportAbout | null> {
  const [job] = await tx.execute<{
    id: string;
    org_id: number;
    guru_id: string | null;
    slug: string | null;
    name: string | null;
    organization: string;
    format: string;
    filter: unknown;
    file_name: string;
  }>(sql`
    select j.id, j.org_id, j.guru_id, coalesce(g.slug, r.slug) as slug, coalesce(g.name, r.name) as name,
      o.name as organization, j.format, j.filter, j.file_name
    from export_job j join organization o on o.id = j.org_id
    left join guru g on g.id = j.guru_id left join retired_guru r on r.id = j.guru_id
    where j.id = ${id}`);
  if (!job) return null;
  const guru =
    job.guru_id === null ? null : { id: job.guru_id, slug: job.slug ?? "-", name: job.name ?? "-" };
  return {
    id: job.id,
    orgId: job.org_id,
    guru,
    label: guru?.name ?? job.organization,
    format: job.format,
    filter: auditFilterInput.parse(job.filter),
    fileName: job.file_name,
  };
}

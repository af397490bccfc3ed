import "server-only";
import type { RequestFacts, UserPrincipal } from "@/lib/access/principal";
import { exportFormat } from "@/lib/audit/export/formats/registry";
import { type ClaimedExport, claimExport, finishExport, reportProgress } from "@/lib/audit/export/progress";
import { exportCondition } from "@/lib/audit/export/rows";
import { type ExportEnd, streamExport } from "@/lib/audit/export/stream";
import { auditFilterInput, filterRecord } from "@/lib/audit/query/filter";
import { readDb } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { type Refusal, type Result, refuse } from "@/lib/platform/errors";
import { endEarly } from "./export-end";
import { aboutExport } from "./export-event";
import { type ExportStatus, exportToDownload } from "./export-queries";

interface Download {
  fileName: string;
  contentType: string;
  body: ReadableStream<Uint8Array>;
}

type By = { principal: UserPrincipal; request: RequestFacts };

/** Why an export cannot be downloaded (again); null while it can. */
export function usedUp({ state }: Pick<ExportStatus, "state">): Refusal | null {
  if (state === "pending") return null;
  if (state === "cancelled")
    return refuse("expired", "This export was cancelled. Choose Export in the audit log again.");
  if (state === "failed")
    return refuse(
      "expired",
      "This export is over: a download begins within a minute of asking for it. Choose Export in the audit log again.",
    );
  return refuse("expired", "This export was downloaded already. Choose Export in the audit log again.");
}

/**
 * The file of an export that was asked for and recorded before: own, once, and still permitted.
 * @returns `not_found` for what is not the caller's or no longer permitted, `expired` for what was downloaded or is over
 * @throws when the rows cannot be read; the export is recorded as failed then
 */
export async function downloadExport({ id, ...by }: By & { id: string }): Promise<Result<Download>> {
  const asked = await exportToDownload.execute({ ...by, input: { id } });
  if (!asked.ok) return asked;
  const claimed = usedUp(asked.value) ? null : await claimExport(id, by.principal.accountId);
  if (claimed) return { ok: true, value: await download(claimed, by) };
  // Another request was faster.
  const why = usedUp(asked.value) ?? usedUp({ state: "running" });
  return { ok: false, code: "expired", message: why?.message ?? "" };
}

async function download(claimed: ClaimedExport, by: By): Promise<Download> {
  const { id } = claimed;
  const settle = async (end: ExportEnd): Promise<void> => {
    if (end.state === "done") {
      if (!end.manifest) throw new Error("unreachable: a whole file without its manifest");
      if (!(await finishExport(id, end, end.manifest)))
        throw new Error(`export ${id} was closed while it ran`);
      return;
    }
    const early = { ...end, state: end.state };
    await inTransaction((tx) => endEarly(tx, id, early, by));
  };
  const format = exportFormat(claimed.format);
  const view = { orgId: claimed.orgId, global: claimed.guruId === null };
  try {
    const filter = auditFilterInput.parse(claimed.filter);
    const where = await exportCondition({
      orgId: claimed.orgId,
      guruId: claimed.guruId,
      filter,
      asOf: claimed.asOf,
    });
    const about = await aboutExport(readDb(), id);
    const body = await streamExport({
      format,
      view,
      where,
      fileName: claimed.fileName,
      facts: {
        organization: claimed.orgId,
        guru: about?.guru ? { id: about.guru.id, slug: about.guru.slug, name: about.guru.name } : null,
        filters: filterRecord(filter),
        exportedAt: claimed.asOf,
      },
      report: (counts) => reportProgress(id, counts),
      settle,
    });
    return { fileName: claimed.fileName, contentType: format.contentType, body };
  } catch (error) {
    await settle({ state: "failed", cause: "the export could not begin", rows: 0, bytes: 0 });
    throw error;
  }
}

import { dataSourceLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import type { AuditFact } from "@/lib/gate/facts";

export interface SourceRow {
  id: string;
  kind: string;
  title: string;
  sizeBytes: number;
  sha256: Buffer;
}

/** What every event about a source says of it. */
export function sourceFact(
  source: SourceRow,
  guru: GuruSnapshot,
): AuditFact & { details: Record<string, unknown> } {
  return {
    target: { id: source.id },
    label: dataSourceLabel(source),
    guru,
    details: { kind: source.kind, sizeBytes: source.sizeBytes, sha256: source.sha256.toString("hex") },
  };
}

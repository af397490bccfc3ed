import { dataSourceDetails, dataSourceLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import type { SourceSettings } from "@/lib/db/schema/gurus";
import type { AuditFact } from "@/lib/gate/facts";

export interface SourceRow {
  id: string;
  kind: string;
  title: string;
  sizeBytes: number;
  sha256: Buffer;
  /** Of a source of the network. */
  url?: string | null;
  settings?: SourceSettings;
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
    details: dataSourceDetails(source),
  };
}

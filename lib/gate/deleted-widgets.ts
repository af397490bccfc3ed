import "server-only";
import { asc, eq } from "drizzle-orm";
import { widgetDeleted } from "@/lib/audit/catalogue/doors";
import { widgetLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "./facts";

/** What the log says of a guru's widgets, which go with it. Locks them until then. */
export async function deletedWidgets(tx: Tx, guru: GuruSnapshot): Promise<AuditFact[]> {
  const { widget } = schema;
  const rows = await tx
    .select({ id: widget.id, domain: widget.domain })
    .from(widget)
    .where(eq(widget.guruId, guru.id))
    .orderBy(asc(widget.id))
    .for("update");
  return rows.map(({ id, domain }) => ({
    event: widgetDeleted,
    target: { id },
    label: widgetLabel({ slug: guru.slug, domain }),
    guru,
    details: { domain },
  }));
}

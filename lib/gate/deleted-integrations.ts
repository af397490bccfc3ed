import "server-only";
import { asc, eq } from "drizzle-orm";
import { integrationDeleted } from "@/lib/audit/catalogue/integrations";
import { integrationDetails, integrationLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "./facts";

/**
 * The events of integrations that go with their guru. Locks them until the transaction ends; whoever deletes the guru
 * deletes the rows (their keys cascade). A bot that is about to answer finds its integration gone and stops.
 */
export async function deletedIntegrations(tx: Tx, guru: GuruSnapshot): Promise<AuditFact[]> {
  const { integration } = schema;
  const rows = await tx
    .select({
      id: integration.id,
      type: integration.type,
      baseUrl: integration.baseUrl,
      accountName: integration.accountName,
      secretNames: integration.secretNames,
    })
    .from(integration)
    .where(eq(integration.guruId, guru.id))
    .orderBy(asc(integration.id))
    .for("update");
  return rows.map((row) => ({
    event: integrationDeleted,
    target: { id: row.id },
    label: integrationLabel(row, guru),
    guru,
    details: integrationDetails(row),
  }));
}

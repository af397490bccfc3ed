import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";

export const runInput = z.strictObject({
  dataSourceId: z.uuid(),
  run: z.number().int().positive(),
  claim: z.number().int().positive(),
});

/**
 * Locks the source of a run that ends, with its guru.
 * @returns null when the source is gone or a newer run has overtaken this one
 */
export async function endingRun(tx: Tx, input: z.infer<typeof runInput>) {
  const { dataSource, guru } = schema;
  const [source] = await tx
    .select()
    .from(dataSource)
    .where(
      and(
        eq(dataSource.id, input.dataSourceId),
        eq(dataSource.indexRun, input.run),
        eq(dataSource.runClaim, input.claim),
        eq(dataSource.status, "PROCESSING"),
      ),
    )
    .for("update");
  if (!source) return null;
  const [found] = await tx
    .select({ id: guru.id, slug: guru.slug, name: guru.name })
    .from(guru)
    .where(eq(guru.id, source.guruId));
  if (!found) return null;
  return { source, guru: found satisfies GuruSnapshot };
}

import "server-only";
import { inArray, sql } from "drizzle-orm";
import { dataSourceDeleted } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { selectedSourcesInput } from "../schemas";
import { lockSelected } from "../selected-sources";
import { sourceFact } from "../source-facts";

/** A maintainer deletes one or several sources: all of them or none; one event each, the first leading the others. */
export const deleteDataSources = command({
  name: "delete-data-sources",
  input: selectedSourcesInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceDeleted,
  target: ({ input }) => ({ id: input.ids[0] ?? "-" }),
  async run({ tx, input, scope }) {
    const rows = await lockSelected(tx, scope.guru.id, input.ids);
    // A large source takes its hundred thousand passages with it.
    await tx.execute(sql`set local statement_timeout = '300s'`);
    await tx.delete(schema.dataSource).where(inArray(schema.dataSource.id, input.ids));
    const uploads = rows.flatMap((row) => row.uploadId ?? []);
    if (uploads.length > 0) await tx.delete(schema.upload).where(inArray(schema.upload.id, uploads));
    const [first, ...others] = rows.map((row) => sourceFact(row, scope.guru));
    return { value: { titles: rows.map((row) => row.title) }, audit: first ? [first, ...others] : null };
  },
});

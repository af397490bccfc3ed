import "server-only";
import { inArray } from "drizzle-orm";
import { indexedAnew } from "@/lib/access/indexed-anew";
import { dataSourceReindexed } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { indexingJob } from "../indexing/indexing-job";
import { selectedSourcesInput } from "../schemas";
import { lockSelected } from "../selected-sources";
import { sourceFact } from "../source-facts";

/** A maintainer sends one or several sources to be indexed anew; until that ends, the old passages answer. */
export const reindexDataSources = command({
  name: "reindex-data-sources",
  input: selectedSourcesInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceReindexed,
  target: ({ input }) => ({ id: input.ids[0] ?? "-" }),
  async run({ tx, input, scope, enqueue }) {
    const { dataSource } = schema;
    const rows = await lockSelected(tx, scope.guru.id, input.ids);
    await tx.update(dataSource).set(indexedAnew()).where(inArray(dataSource.id, input.ids));
    for (const row of rows) await enqueue(indexingJob(row.kind), { dataSourceId: row.id });
    const [first, ...others] = rows.map((row) => sourceFact(row, scope.guru));
    return { value: { titles: rows.map((row) => row.title) }, audit: first ? [first, ...others] : null };
  },
});

import "server-only";
import { eq, sql } from "drizzle-orm";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { noProgress } from "../indexing/progress";
import { changeRepositorySourceInput } from "../repository-schemas";
import { settingsChanges, settingsChosen, withFoundOut } from "../repository-settings";
import { lockSelected } from "../selected-sources";
import { sourceFact } from "../source-facts";

/**
 * A maintainer chooses other branches, files or another token for a repository, which is then read anew; until that ends,
 * the old passages answer. The same settings again change and record nothing.
 */
export const changeRepositorySource = command({
  name: "change-repository-source",
  input: changeRepositorySourceInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope, enqueue }) {
    const { dataSource } = schema;
    const [source] = await lockSelected(tx, scope.guru.id, [input.id]);
    if (source?.kind !== "GITHUB_REPO") throw refuse("not_found", "This source is no repository.");
    const chosen = await settingsChosen(tx, scope.guru.id, input);
    const changes = settingsChanges(source.settings, chosen);
    const value = { id: source.id, title: source.title, changed: changes.length > 0 };
    if (changes.length === 0) return { value, audit: null };
    const settings = withFoundOut(source.settings, chosen);
    await tx
      .update(dataSource)
      .set({
        settings,
        status: "NOT_PROCESSED",
        error: null,
        progressBytes: 0,
        ...noProgress,
        attempts: 0,
        // A run under way reads by the old settings: it is overtaken.
        indexRun: sql`${dataSource.indexRun} + 1`,
        heartbeatAt: sql`gurulog_now()`,
        updatedAt: sql`gurulog_now()`,
      })
      .where(eq(dataSource.id, source.id));
    await enqueue("index-repository", { dataSourceId: source.id });
    const fact = sourceFact({ ...source, settings }, scope.guru);
    return {
      value,
      targetId: source.id,
      audit: { ...fact, changes, details: { ...fact.details, updated: true } },
    };
  },
});

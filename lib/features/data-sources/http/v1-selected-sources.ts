import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import type { Command } from "@/lib/gate/command";
import { query } from "@/lib/gate/query";
import { json } from "@/lib/gate/to-route";
import { v1Error, v1Failure } from "@/lib/gate/v1";
import { sentBefore, v1Post } from "@/lib/gate/v1-post";
import { isUuid } from "@/lib/platform/ids";
import { deleteDataSources } from "../commands/delete-data-sources";
import { reindexDataSources } from "../commands/reindex-data-sources";

const mostIds = 1_000;
const selection = z.strictObject({
  ids: z
    .array(z.string("An id is a text."), 'Send the ids of the sources, such as {"ids": ["…"]}.')
    .min(1, "Send the id of at least one source.")
    .max(mostIds, `Send at most ${mostIds.toLocaleString("en-US")} ids at a time.`)
    .transform((ids) => [...new Set(ids.map((id) => id.toLowerCase()))]),
});

/** Those of the ids that are sources of the guru. */
const ofGuru = query({
  allow: onGuru<{ guru: string; ids: string[] }>("datasource:change", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { dataSource } = schema;
    const ids = input.ids.filter(isUuid);
    if (ids.length === 0) return [];
    const rows = await db
      .select({ id: dataSource.id })
      .from(dataSource)
      .where(and(eq(dataSource.guruId, scope.guru.id), inArray(dataSource.id, ids)));
    return rows.map(({ id }) => id);
  },
});

/** What the command does to those of the ids that the guru has; the others are nobody's concern here. */
const toSelected = (command: Command<{ titles: string[] }>, inWords: (sources: string) => string) =>
  v1Post(
    { permission: "datasource:change", body: selection },
    async ({ params, facts, principal, body, attempt }) => {
      const by = { principal, request: facts };
      const input = { guru: params.guru, ids: body.ids };
      const found = await ofGuru.execute({ ...by, input });
      if (!found.ok) return v1Failure(found);
      const ids = found.value;
      if (ids.length === 0) return v1Error(404, "This guru has none of these sources.");
      const done = await command.execute({ ...by, input: { ...input, ids }, ...attempt });
      if (!done.ok) return v1Failure(done);
      if ("repeated" in done) return sentBefore();
      const n = done.value.titles.length;
      return json(200, { msg: inWords(n === 1 ? "1 source" : `${n} sources`) });
    },
  );

/** `DELETE /api/v1/{guru}/data-sources/`: one event a source. */
export const deleteSources = toSelected(deleteDataSources, (sources) => `Deleted ${sources}.`);

/** `POST /api/v1/{guru}/data-sources/reindex/`: until that ends, the old passages answer. */
export const reindexSources = toSelected(
  reindexDataSources,
  (sources) => `${sources} sent to be indexed anew.`,
);

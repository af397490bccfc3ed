import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { indexedAnew } from "@/lib/access/indexed-anew";
import { accountOf } from "@/lib/access/principal";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { sha256 } from "@/lib/platform/crypto";
import { refuse } from "@/lib/platform/errors";
import { addTextSourceInput } from "../schemas";
import { type SourceRow, sourceFact } from "../source-facts";

/**
 * A maintainer adds a text under a title. A text of that title whose content differs is brought up to date: the same
 * event, marked `updated`, with the digests before and after. Either way a job indexes it.
 */
export const addTextSource = command({
  name: "add-text-source",
  input: addTextSourceInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: input.title }),
  async run({ tx, input, principal, scope, enqueue }) {
    const content = cleanText(input.content);
    const text = {
      guruId: scope.guru.id,
      kind: "TEXT" as const,
      title: cleanText(input.title),
      content,
      sizeBytes: Buffer.byteLength(content),
      sha256: sha256(content),
    };
    const [made] = await tx
      .insert(schema.dataSource)
      .values({ ...text, createdBy: accountOf(principal) })
      .onConflictDoNothing({ target: [schema.dataSource.guruId, schema.dataSource.title] })
      .returning({ id: schema.dataSource.id });
    const done = made ? { source: { id: made.id, ...text }, before: null } : await updateText(tx, text);
    await enqueue("index-data-source", { dataSourceId: done.source.id });
    const fact = sourceFact(done.source, scope.guru);
    const value = { id: done.source.id, title: text.title, updated: done.before !== null };
    if (!done.before) return { value, targetId: value.id, audit: fact };
    const changes = [
      { field: "sha256", before: done.before.sha256.toString("hex"), after: text.sha256.toString("hex") },
      { field: "size_bytes", before: done.before.sizeBytes, after: text.sizeBytes },
    ];
    return {
      value,
      targetId: value.id,
      audit: { ...fact, changes, details: { ...fact.details, updated: true } },
    };
  },
});

type Text = Omit<SourceRow, "id"> & { guruId: string; content: string };

async function updateText(tx: Tx, text: Text): Promise<{ source: SourceRow; before: SourceRow }> {
  const { dataSource } = schema;
  const [before] = await tx
    .select()
    .from(dataSource)
    .where(and(eq(dataSource.guruId, text.guruId), eq(dataSource.title, text.title)))
    .for("update");
  if (!before)
    throw refuse("conflict", "A source of this title was just deleted. Please send the form again.");
  if (before.kind !== "TEXT")
    throw titleTaken("A source of this title exists already, and it is no text. Choose another title.");
  if (before.sha256.equals(text.sha256))
    throw titleTaken("This text exists already: same title, same content.");
  await tx
    .update(dataSource)
    .set({
      content: text.content,
      sizeBytes: text.sizeBytes,
      sha256: text.sha256,
      // A run that is reading the old content must not finish as if it were the new one.
      ...indexedAnew(),
      updatedAt: sql`gurulog_now()`,
    })
    .where(eq(dataSource.id, before.id));
  return { source: { ...before, sizeBytes: text.sizeBytes, sha256: text.sha256 }, before };
}

const titleTaken = (message: string) => refuse("exists", message, { fieldErrors: { title: [message] } });

import "server-only";
import { and, eq, isNotNull, or, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { addFileSourceInput } from "../schemas";
import { sourceFact } from "../source-facts";

/** A maintainer makes a source of a file that they have just uploaded for this guru. A job indexes it. */
export const addFileSource = command({
  name: "add-file-source",
  input: addFileSourceInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: input.uploadId }),
  async run({ tx, input, principal, scope, enqueue }) {
    const file = await ownUpload(tx, input.uploadId, scope.guru.id, accountOf(principal));
    const source = {
      guruId: scope.guru.id,
      kind: file.kind,
      title: cleanText(input.title ?? file.fileName),
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
    };
    await refuseDuplicate(tx, source);
    const [made] = await tx
      .insert(schema.dataSource)
      .values({ ...source, uploadId: file.id, fileName: file.fileName, createdBy: accountOf(principal) })
      .onConflictDoNothing()
      .returning({ id: schema.dataSource.id });
    if (!made) throw exists("This source exists already.");
    await enqueue("index-data-source", { dataSourceId: made.id });
    return {
      value: { id: made.id, title: source.title },
      targetId: made.id,
      audit: sourceFact({ id: made.id, ...source }, scope.guru),
    };
  },
});

const exists = (message: string) => refuse("exists", message, { fieldErrors: { title: [message] } });

/** The same person, the same guru, and the file is there whole. Anything else looks like no upload at all. */
async function ownUpload(tx: Tx, id: string, guruId: string, accountId: string | null) {
  const { upload } = schema;
  const [found] = await tx
    .select()
    .from(upload)
    .where(
      and(
        eq(upload.id, id),
        eq(upload.guruId, guruId),
        eq(upload.accountId, accountId ?? id),
        isNotNull(upload.completedAt),
      ),
    )
    // An upload that is being cleaned up, or used by a double click, is waited for.
    .for("update");
  // Asked by itself: the statement above would not see a use of the file that it has waited for.
  const [used] = await tx.execute(sql`select from excel_job where upload_id = ${id}`);
  if (!found?.sha256 || !found.kind || used)
    throw refuse("not_found", "This upload is not there any more. Upload the file again.");
  return { ...found, sha256: found.sha256, kind: found.kind };
}

async function refuseDuplicate(
  tx: Tx,
  source: { guruId: string; title: string; sha256: Buffer },
): Promise<void> {
  const { dataSource } = schema;
  // Of two with the same content at the same time the second waits, and sees the first.
  const name = `gurulog.file ${source.guruId} ${source.sha256.toString("hex")}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  const [same] = await tx
    .select({ title: dataSource.title })
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, source.guruId),
        or(eq(dataSource.title, source.title), eq(dataSource.sha256, source.sha256)),
      ),
    )
    .limit(1);
  if (!same) return;
  if (same.title === source.title)
    throw exists(
      `A source called ${same.title} exists already. Give this one another title, or delete the other first.`,
    );
  throw exists(`A source with exactly this content exists already: ${same.title}.`);
}

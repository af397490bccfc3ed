import "server-only";
import { and, eq, or } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { sha256 } from "@/lib/platform/crypto";
import { refuse } from "@/lib/platform/errors";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { withoutCredentials } from "@/lib/platform/fetching/web-address";
import { repositoryAddress } from "../git/repository-address";
import { addRepositorySourceInput } from "../repository-schemas";
import { settingsChosen } from "../repository-settings";
import { sourceFact } from "../source-facts";
import { repositoryKey, repositoryPath } from "../source-url";

/**
 * A maintainer makes a source of a git repository; a job reads it, and System looks twice a day whether it has changed.
 * Its token, if it needs one, is named: a secret of the guru, which cannot be deleted while the source names it.
 */
export const addRepositorySource = command({
  name: "add-repository-source",
  input: addRepositorySourceInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: withoutCredentials(input.url) }),
  async run({ tx, input, principal, scope, enqueue }) {
    const url = addressOf(input.url);
    const settings = await settingsChosen(tx, scope.guru.id, input);
    const source = {
      guruId: scope.guru.id,
      kind: "GITHUB_REPO" as const,
      title: `${url.host}${decodedPath(url)}`,
      url: url.href,
      urlKey: repositoryKey(url),
      sizeBytes: 0,
      sha256: sha256(url.href),
    };
    await refuseDuplicate(tx, source);
    const [made] = await tx
      .insert(schema.dataSource)
      .values({ ...source, settings, createdBy: accountOf(principal) })
      .onConflictDoNothing()
      .returning({ id: schema.dataSource.id });
    if (!made) throw exists("This source exists already.");
    await enqueue("index-repository", { dataSourceId: made.id });
    const fact = sourceFact({ id: made.id, ...source, settings }, scope.guru);
    return { value: { id: made.id, title: source.title }, targetId: made.id, audit: fact };
  },
});

const exists = (message: string) => refuse("exists", message, { fieldErrors: { url: [message] } });

function addressOf(text: string): URL {
  try {
    return repositoryAddress(text);
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    throw refuse("invalid", error.message, { fieldErrors: { url: [error.message] } });
  }
}

function decodedPath(url: URL): string {
  const path = repositoryPath(url);
  try {
    const text = decodeURIComponent(path);
    // Shown decoded only where nothing hides in it.
    return /[\p{Cc}\p{Cf}\p{Z}]/u.test(text) ? path : text;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return path;
  }
}

async function refuseDuplicate(
  tx: Tx,
  source: { guruId: string; kind: "GITHUB_REPO"; title: string; urlKey: string },
): Promise<void> {
  const { dataSource } = schema;
  const [same] = await tx
    .select({ title: dataSource.title })
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, source.guruId),
        or(
          and(eq(dataSource.kind, source.kind), eq(dataSource.urlKey, source.urlKey)),
          eq(dataSource.title, source.title),
        ),
      ),
    )
    .limit(1);
  if (same) throw exists(`This guru has a source of this repository already: ${same.title}.`);
}

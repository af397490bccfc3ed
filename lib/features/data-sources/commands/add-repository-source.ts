import "server-only";
import { and, eq, or } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { holdSecret, secretNameOf } from "@/lib/access/secrets";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import type { SourceSettings } from "@/lib/db/schema/gurus";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { sha256 } from "@/lib/platform/crypto";
import { refuse } from "@/lib/platform/errors";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { withoutCredentials } from "@/lib/platform/fetching/web-address";
import { repositoryAddress } from "../git/repository-address";
import { addRepositorySourceInput } from "../repository-schemas";
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
    const settings: SourceSettings = {
      ...(input.branch ? { branch: input.branch } : {}),
      ...(input.include.length > 0 ? { include: input.include } : {}),
      ...(input.exclude.length > 0 ? { exclude: input.exclude } : {}),
      ...(input.secret ? { secret: await heldSecret(tx, scope.guru.id, input.secret) } : {}),
    };
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

/** What stands in the field may be the token itself: then it is neither looked up nor repeated. */
async function heldSecret(tx: Tx, guruId: string, text: string): Promise<string> {
  const name = secretNameOf(text) ?? secretNameOf(`{${text}}`);
  const held = name !== null && (await holdSecret(tx, guruId, name));
  if (name !== null && held) return name;
  const message =
    "This guru has no such secret. Store the token under Secrets, then write that secret's name here, such as {GIT_TOKEN}.";
  throw refuse("invalid", message, { fieldErrors: { secret: [message] } });
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

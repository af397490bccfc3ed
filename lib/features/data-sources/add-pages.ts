import "server-only";
import { and, eq, inArray, or } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { sha256 } from "@/lib/platform/crypto";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { parseWebAddress, withoutCredentials } from "@/lib/platform/fetching/web-address";
import type { SourceRow } from "./source-facts";
import { pageKey } from "./source-url";

/** What became of one address of several. */
export interface AddedPage {
  url: string;
  status: "success" | "exists" | "error";
  id?: string;
  /** Why not, for the person. */
  message?: string;
}

/**
 * Makes a source of each address that is one and is not there yet.
 * @param urls as people wrote them
 * @returns what became of each, in their order, and the rows that were made
 */
export async function addPages(
  tx: Tx,
  about: { guruId: string; createdBy: string | null },
  urls: string[],
): Promise<{ results: AddedPage[]; made: SourceRow[] }> {
  const parsed = urls.map(parsedOf);
  const known = await knownAddresses(tx, about.guruId, parsed);
  const results: AddedPage[] = [];
  const made: SourceRow[] = [];
  for (const [at, one] of parsed.entries()) {
    const written = urls[at] ?? "";
    if ("message" in one) {
      results.push({ url: withoutCredentials(written), status: "error", message: one.message });
      continue;
    }
    const { url, key } = one;
    const row = known.has(key) ? undefined : await insertPage(tx, about, url, key);
    known.add(key);
    if (row) made.push(row);
    results.push(
      row
        ? { url, status: "success", id: row.id }
        : { url, status: "exists", message: "This guru has a source of this address already." },
    );
  }
  return { results, made };
}

function parsedOf(written: string): { url: string; key: string } | { message: string } {
  try {
    const url = parseWebAddress(written);
    return { url: url.href, key: pageKey(url) };
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    return { message: error.message };
  }
}

/** Also by title: a source has its address as its title until its page has told its own. */
async function knownAddresses(
  tx: Tx,
  guruId: string,
  parsed: ReturnType<typeof parsedOf>[],
): Promise<Set<string>> {
  const { dataSource } = schema;
  const keys = parsed.flatMap((one) => ("key" in one ? one.key : []));
  if (keys.length === 0) return new Set();
  const rows = await tx
    .select({ key: dataSource.urlKey, title: dataSource.title })
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, guruId),
        or(
          and(eq(dataSource.kind, "WEBSITE"), inArray(dataSource.urlKey, keys)),
          inArray(dataSource.title, keys),
        ),
      ),
    );
  return new Set(rows.flatMap(({ key, title }) => [...(key === null ? [] : [key]), title]));
}

/** @returns undefined when somebody else has just added it */
async function insertPage(
  tx: Tx,
  about: { guruId: string; createdBy: string | null },
  url: string,
  urlKey: string,
): Promise<SourceRow | undefined> {
  const source = { ...about, kind: "WEBSITE" as const, title: url, url, urlKey, sha256: sha256(url) };
  const { dataSource } = schema;
  const [row] = await tx.insert(dataSource).values(source).onConflictDoNothing().returning({
    id: dataSource.id,
    kind: dataSource.kind,
    title: dataSource.title,
    sizeBytes: dataSource.sizeBytes,
    sha256: dataSource.sha256,
    url: dataSource.url,
  });
  return row;
}

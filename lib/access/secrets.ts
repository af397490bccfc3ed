import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { type ReadDb, readDb, schema, type Tx } from "@/lib/db/client";
import { KeyGone, openSecret, sealingKeyId, sealSecret } from "@/lib/platform/secret-box";
import { secretNameShape } from "./secret-name";

export { secretNameOf } from "./secret-name";

/** What a sealed value belongs to: moved to another guru or under another name, it does not open. */
export const secretContext = (guruId: string, name: string) => `secret ${guruId} ${name}`;

/**
 * The value of a guru's secret, for background work that hands it to the service it is for. A person gets it through
 * the command that records the reading, never by this.
 * @param name as `secretNameOf` gave it
 * @returns null when the guru has no such secret
 * @throws KeyGone when its key has left the ring
 */
export async function secretValue(guruId: string, name: string): Promise<string | null> {
  const [found] = await readSealed(readDb(), guruId, name);
  return found ? openValue(guruId, name, found.sealed) : null;
}

/** @throws KeyGone when its key has left the ring; another error when it was sealed for another guru or name */
export function openValue(guruId: string, name: string, sealed: Uint8Array): string {
  return openSecret(sealed, secretContext(guruId, name)).toString("utf8");
}

/** For whoever wanted the value; null for an error of another kind. */
export function keyGoneInWords(error: unknown, name: string): string | null {
  if (!(error instanceof KeyGone)) return null;
  return `The key that ${name} was encrypted with is not here any more. Store its value again, or have whoever runs Gurulog put the key back behind the others.`;
}

/** A value as the table keeps it. */
export function sealValue(guruId: string, name: string, value: string): { sealed: Buffer; keyId: string } {
  const sealed = sealSecret(value, secretContext(guruId, name));
  return { sealed, keyId: sealingKeyId(sealed) };
}

/** The sealed value of a guru's secret; no row when it has none of the name. */
export function readSealed(db: Pick<ReadDb, "select">, guruId: string, name: string) {
  const { secret } = schema;
  return db
    .select({ sealed: secret.sealed })
    .from(secret)
    .where(and(eq(secret.guruId, guruId), eq(secret.name, name)))
    .limit(1);
}

/**
 * Does the guru have the secret? Holds it until the transaction ends, so that it cannot be deleted between this check
 * and the commit of the source that uses it. To be called before a source is locked: guru, sources, secrets is the order
 * of locks that everything keeps.
 */
export async function holdSecret(tx: Tx, guruId: string, name: string): Promise<boolean> {
  if (!secretNameShape.test(name)) return false;
  await tx.execute(sql`select from guru where id = ${guruId} for key share`);
  const held = await tx.execute(
    sql`select from secret where guru_id = ${guruId} and name = ${name} for key share`,
  );
  return held.length > 0;
}

/** What uses a secret, in the words its delete refuses with. */
export interface SecretUse {
  secret: string;
  /** `data source`, and its title; `integration`, and its service. */
  what: string;
  title: string;
}

/** Uses looked at; more sources than this, each with a token, no guru has. */
const mostUses = 2_000;

/**
 * What uses the guru's secrets: sources and integrations that name one.
 * @param name one secret; all when left out
 */
export async function secretUses(
  db: Pick<ReadDb, "execute">,
  guruId: string,
  name?: string,
): Promise<SecretUse[]> {
  const only = name ?? null;
  const rows = await db.execute<{ secret: string; what: string; title: string }>(sql`
    select settings ->> 'secret' as secret, 'data source' as what, title from data_source
    where guru_id = ${guruId} and settings ->> 'secret' is not null
      and (${only}::text is null or settings ->> 'secret' = ${only})
    union all
    select secret, 'integration', type from integration, unnest(secret_names) as secret
    where guru_id = ${guruId} and (${only}::text is null or secret = ${only})
    order by 2, 3 limit ${mostUses}`);
  return [...rows];
}

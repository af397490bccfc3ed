import type postgres from "postgres";
import { sealingKeyId } from "@/lib/platform/secret-box";
import { StartError } from "./start-error";

/**
 * Sees that the ring holds every key that something in the database is encrypted with. One key in common with the last
 * start is not enough: an older one may have been taken away before anything was encrypted anew.
 * @param ring ids of the encryption keys
 * @throws StartError one line that names the missing keys and says how to mend it
 */
export async function assertKeysInUse(
  sql: postgres.Sql | postgres.TransactionSql,
  ring: readonly string[],
): Promise<void> {
  const secrets = await sql<{ id: string }[]>`
    select key_id as id from secret union select key_id from integration`;
  // One row for each key: version, length of the id and the id are what a sealed value begins with.
  const factors = await sql<{ sealed: Buffer }[]>`
    select distinct on (head) sealed from (
      select secret as sealed,
        case when length(secret) > 2 then substring(secret, 1, 2 + get_byte(secret, 1)) end as head
      from account_factor
    ) factor
    where head is not null`;
  const used = [...secrets.map(({ id }) => id), ...factors.flatMap(({ sealed }) => keyIdOf(sealed))];
  const missing = [...new Set(used)].filter((id) => !ring.includes(id)).sort();
  if (missing.length === 0) return;
  throw new StartError(
    `GURULOG_ENCRYPTION_KEY (or keys.json) lacks a key that secrets, integrations or second factors are still encrypted with: ${missing.join(", ")}. Put it back behind the new one, run npm run rotate-secrets, then take it away.`,
  );
}

/** None where the bytes were damaged: no key opens these, and `rotate-secrets` names whose they are. */
function keyIdOf(sealed: Buffer): string[] {
  try {
    const id = sealingKeyId(sealed);
    return /^[\w-]+$/.test(id) ? [id] : [];
  } catch {
    return [];
  }
}

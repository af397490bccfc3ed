import "server-only";
import type { Sql } from "@/lib/db/client";
import { type KeyRing, openSecret, sealingKeyId, sealSecret } from "@/lib/platform/secret-box";
import type { IntegrationType } from "./integration-types";
import { integrationContext } from "./integrations";
import { factorContext } from "./second-factor";
import { secretContext } from "./secrets";

const batch = 100;
const firstId = "00000000-0000-0000-0000-000000000000";

export interface Resealed {
  /** How many were sealed anew; the others were under the current key already. */
  secrets: number;
  factors: number;
  integrations: number;
  /** What cannot be opened, in words: its key is not in the ring, or its bytes were changed. */
  unreadable: string[];
}

/**
 * Seals everything that lies under an older key of the ring with its first: the secrets of gurus, the credentials of
 * their integrations, and the second factors of accounts. In batches, each a transaction; broken off, it goes on where it was. What is written meanwhile waits.
 * @param sql a login that may change these tables
 */
export async function resealAll(sql: Sql, ring: KeyRing): Promise<Resealed> {
  const [current] = ring;
  if (!current) throw new Error("the ring holds no key");
  const unreadable: string[] = [];
  const anew = (sealed: Buffer, context: string, about: string): Buffer | null => {
    try {
      if (sealingKeyId(sealed) === current.id) return null;
      return sealSecret(openSecret(sealed, context, ring), context, ring);
    } catch {
      // Whatever is wrong with it, nobody can open it with this ring: that is said, and the others go on.
      unreadable.push(about);
      return null;
    }
  };
  const secrets = await inBatches(sql, async (tx, after) => {
    const rows = await tx<{ id: string; guru_id: string; slug: string; name: string; sealed: Buffer }[]>`
      select s.id, s.guru_id, g.slug, s.name, s.sealed from secret s join guru g on g.id = s.guru_id
      where s.id > ${after}::uuid order by s.id limit ${batch} for update of s`;
    let done = 0;
    for (const { id, guru_id, slug, name, sealed } of rows) {
      const fresh = anew(sealed, secretContext(guru_id, name), `the secret ${name} of the guru ${slug}`);
      if (!fresh) continue;
      await tx`update secret set sealed = ${fresh}, key_id = ${current.id} where id = ${id}::uuid`;
      done += 1;
    }
    return { done, last: rows.at(-1)?.id };
  });
  const factors = await inBatches(sql, async (tx, after) => {
    const rows = await tx<{ account_id: string; email: string; secret: Buffer }[]>`
      select f.account_id, a.email, f.secret from account_factor f join account a on a.id = f.account_id
      where f.account_id > ${after}::uuid order by f.account_id limit ${batch} for update of f`;
    let done = 0;
    for (const { account_id, email, secret } of rows) {
      const fresh = anew(secret, factorContext(account_id), `the second factor of ${email}`);
      if (!fresh) continue;
      await tx`update account_factor set secret = ${fresh} where account_id = ${account_id}::uuid`;
      done += 1;
    }
    return { done, last: rows.at(-1)?.account_id };
  });
  const integrations = await inBatches(sql, async (tx, after) => {
    const rows = await tx<
      { id: string; guru_id: string; slug: string; type: IntegrationType; credentials: Buffer }[]
    >`
      select i.id, i.guru_id, g.slug, i.type, i.credentials from integration i join guru g on g.id = i.guru_id
      where i.id > ${after}::uuid order by i.id limit ${batch} for update of i`;
    let done = 0;
    for (const { id, guru_id, slug, type, credentials } of rows) {
      const about = `the credentials for ${type} of the guru ${slug}`;
      const fresh = anew(credentials, integrationContext(guru_id, type), about);
      if (!fresh) continue;
      await tx`update integration set credentials = ${fresh}, key_id = ${current.id} where id = ${id}::uuid`;
      done += 1;
    }
    return { done, last: rows.at(-1)?.id };
  });
  return { secrets, factors, integrations, unreadable };
}

type Batch = (tx: Sql, after: string) => Promise<{ done: number; last: string | undefined }>;

/** Runs batches, each in a transaction, until one has no row. @returns how many were done in all */
async function inBatches(sql: Sql, work: Batch): Promise<number> {
  let total = 0;
  for (let after: string | undefined = firstId; after !== undefined; ) {
    const from: string = after;
    const step = (await sql.begin((tx) => work(tx as unknown as Sql, from))) as Awaited<ReturnType<Batch>>;
    total += step.done;
    after = step.last;
  }
  return total;
}

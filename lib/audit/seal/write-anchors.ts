import "server-only";
import type postgres from "postgres";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import type { AnchorFile } from "./anchor-file";
import { checkpointNames, signedByUs } from "./stored-checkpoints";

const pageSize = 500;

interface Row {
  org_id: number;
  origin: string;
  size: string;
  note: string;
}

/**
 * Appends to the anchor file what was published and is not in it yet, so that it also gets what it missed while it could
 * not be written. A checkpoint that the thinning has removed by then is missing from it.
 *
 * @param sql the sealer's own connection
 * @returns whether nothing is left to append; false while another instance writes, or when the file cannot be written
 *   (which is noted as trouble)
 */
export async function writeAnchors(sql: postgres.Sql, file: AnchorFile): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(hashtext('gurulog.anchor')) as held`;
    if (!lock?.held) return false;
    try {
      await appendMissing(tx, file);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // An error of the file system has a path or a system call; one of the database has neither.
      if (!(error instanceof Error) || !("syscall" in error) || code === undefined) throw error;
      await noteTrouble(
        tx,
        "anchor_unwritable",
        `GURULOG_ANCHOR_FILE (${file.path}) cannot be written (${code}). Checkpoints are signed and stored; what is missing in the file is appended once it can be written again.`,
      );
      return false;
    }
    await clearTrouble(tx, "anchor_unwritable");
    return true;
  });
}

async function appendMissing(tx: postgres.TransactionSql, file: AnchorFile): Promise<void> {
  const sizes = await file.sizes();
  const names = await tx<{ org_id: number; origin: string }[]>`${checkpointNames(tx)}`;
  for (const { org_id, origin } of names) {
    for (let after = sizes.get(origin) ?? -1; ; ) {
      const page = await tx<Row[]>`
        select c.org_id, c.origin, c.size::text, c.note from audit_checkpoint c
        where c.org_id = ${org_id} and c.origin = ${origin} and c.size > ${String(after)}::bigint order by c.size limit ${pageSize}`;
      // Only what a key of ours has signed: a row in the table is no anchor by itself.
      const ours = page.flatMap((row) => signedByUs(row)?.note ?? []);
      if (ours.length > 0) await file.append(ours);
      const last = page.at(-1);
      if (!last || page.length < pageSize) break;
      after = Number(last.size);
    }
  }
}

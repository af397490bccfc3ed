import postgres from "postgres";
import { runtime } from "@/lib/platform/runtime";

/** Sends a COPY into nothing: the limit that an export cannot be faster than. */
interface IntoNothing {
  /** True when the server itself drops the rows; else they are read and dropped here. */
  serverSide: boolean;
  /** @param copySql a whole `copy (…) to stdout …`; @param plan settings in its transaction */
  run(copySql: string, plan?: (tx: postgres.Sql) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** @param adminUrl of a role that may write files on the server; null where none is known */
export async function copyIntoNothing(adminUrl: string | null): Promise<IntoNothing> {
  const sql = postgres(adminUrl ?? runtime().urls.app, {
    max: 1,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: "gurulog bench", TimeZone: "UTC", statement_timeout: 0 },
  });
  const [may] = await sql<{ may: boolean }[]>`
    select rolsuper or pg_has_role('pg_write_server_files', 'member') as may from pg_roles where rolname = current_user`;
  const serverSide = may?.may ?? false;
  return {
    serverSide,
    async run(copySql, plan) {
      const into = copySql.replace(/\) to stdout/i, ") to '/dev/null'");
      if (serverSide && into === copySql) throw new Error("this COPY names no target that can be replaced");
      await sql.unsafe("begin isolation level repeatable read read only");
      try {
        await plan?.(sql);
        if (serverSide) await sql.unsafe(into);
        else {
          const copy = await sql.unsafe(copySql).readable();
          for await (const _ of copy);
          // The driver may have paused its socket at the very end; the rollback would have no answer.
          copy._read(0);
        }
      } finally {
        await sql.unsafe("rollback");
      }
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

import type postgres from "postgres";
import { StartError } from "./start-error";

const oldestVersion = 15;

/**
 * The server must be new enough, and a committed event must be on disk: an act whose event may be lost in a crash
 * has not been recorded.
 *
 * @param sql connection of the role whose settings count: they can differ by role and database.
 * @throws StartError naming the setting.
 */
export async function assertDurable(
  sql: postgres.Sql,
  options: { allowUnsafeFsync: boolean },
): Promise<void> {
  const [row] = await sql<{ version: number; fsync: string; commit: string; user: string }[]>`
    select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit, current_user as user`;
  if (row === undefined) throw new Error("the server answered no settings");
  const major = Math.floor(row.version / 10_000);
  if (major < oldestVersion) {
    throw new StartError(
      `The database is Postgres ${major}; ${oldestVersion} or newer is needed. Set DATABASE_URL to one.`,
    );
  }
  if (row.commit === "off") {
    throw new StartError(
      `The database has synchronous_commit=off for "${row.user}", so a crash could lose recorded events. Set synchronous_commit to on.`,
    );
  }
  if (row.fsync === "off" && !options.allowUnsafeFsync) {
    throw new StartError(
      "The database has fsync=off, so a crash could destroy recorded events. Set fsync to on.",
    );
  }
}

import { readFileSync, statSync } from "node:fs";
import { StartError } from "../start-error";

/** The operating-system account that Postgres runs as when it is not our own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/**
 * Postgres and initdb refuse uid 0, and a uid without a passwd entry. As root they run as `postgres` where that
 * account exists, else as `nobody`; a cluster that is there already keeps its owner.
 *
 * @returns null when Postgres runs as the user of this process.
 */
export function chooseAccount(existingCluster: string | null): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readAccounts();
  if (existingCluster !== null) {
    const { uid, gid } = statSync(existingCluster);
    const owner = accounts.find((account) => account.uid === uid);
    if (uid !== 0) return { uid, gid, name: owner?.name ?? String(uid) };
  }
  const account =
    accounts.find(({ name }) => name === "postgres") ?? accounts.find(({ name }) => name === "nobody");
  if (account === undefined || account.uid === 0) {
    throw new StartError(
      "Postgres does not run as root and there is no account `postgres` or `nobody`. Start as a normal user, or set DATABASE_URL.",
    );
  }
  return account;
}

function readAccounts(): Account[] {
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

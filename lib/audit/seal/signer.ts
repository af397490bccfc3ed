import "server-only";
import type postgres from "postgres";
import { toHex } from "@/lib/audit/proof/bytes";
import { clearTrouble } from "@/lib/audit/trouble";
import { logError, logLine } from "@/lib/platform/log";
import { anchorFile } from "./anchor-file";
import { lastSignedIn } from "./last-signed";
import { type Signing, signCheckpointOf } from "./sign-checkpoint";
import { thinCheckpoints } from "./stored-checkpoints";
import { writeAnchors } from "./write-anchors";

export interface SigningOptions {
  /** GURULOG_DATA_DIR, outside the database. */
  dataDir: string;
  /** GURULOG_ANCHOR_FILE. */
  anchorFile?: string | undefined;
  /** Pause between two checkpoints of a log, while more is sealed all the time. Milliseconds. */
  everyMs?: number;
}

/** Signs what is sealed, in the background beside a sealer. */
export interface Signer {
  /**
   * Signs each log that has something to sign and whose turn it is; then anchors and thins checkpoints when these are due.
   * A log that is refused does not keep the others from being signed.
   * @param options.now true signs now, whatever was signed a moment ago
   * @returns what became of each organization's log that was looked at
   */
  turn(options?: { now?: boolean }): Promise<Map<number, Signing>>;
  /** When, at the last look, everything that was sealed was signed too. Milliseconds since 1970. */
  currentAt(): number;
}

const anotherLookMs = 60_000;
const refusedPauseMs = 2_000;
const anchorPauseMs = 10_000;
const thinningPauseMs = 3_600_000;

interface Seen {
  /** Of the head when everything was signed: while it stays, there is nothing to do. */
  settled: string | null;
  /** Not before this time. */
  nextAt: number;
  lookAgainAt: number;
}

/** @param sql the sealer's own connection; a turn must not run beside another on it */
export function createSigner(sql: postgres.Sql, options: SigningOptions): Signer {
  const { everyMs = 1_000 } = options;
  const lastSigned = lastSignedIn(options.dataDir);
  const anchor = options.anchorFile === undefined ? null : anchorFile(options.anchorFile);
  const logs = new Map<number, Seen>();
  let currentAt = Date.now();
  let anchorAt = 0;
  let thinAt = 0;
  let refused = false;

  async function signAll(now: boolean): Promise<Map<number, Signing>> {
    const lookedAt = Date.now();
    const heads = await sql<{ org_id: number; origin: string; size: string; root: Buffer | null }[]>`
      select org_id, origin, size::text, root from audit_head order by org_id`;
    const done = new Map<number, Signing>();
    let waiting = 0;
    for (const head of heads) {
      const seen = logs.get(head.org_id) ?? { settled: null, nextAt: 0, lookAgainAt: 0 };
      logs.set(head.org_id, seen);
      const state = `${head.origin} ${head.size} ${head.root ? toHex(head.root) : ""}`;
      if (seen.settled === state && lookedAt < seen.lookAgainAt && !now) continue;
      if (lookedAt < seen.nextAt && !now) {
        waiting += 1;
        continue;
      }
      const signing = await signCheckpointOf(sql, head.org_id, lastSigned);
      done.set(head.org_id, signing);
      note(seen, signing, state, lookedAt);
      if (seen.settled === null) waiting += 1;
    }
    if (waiting === 0) currentAt = lookedAt;
    return done;
  }

  function note(seen: Seen, signing: Signing, state: string, lookedAt: number): void {
    // What was sealed between the look and the signature is in the signature or waits for the next turn; the log counts
    // as settled only when it still is as it was seen and nothing of it is left.
    const size = state.split(" ")[1];
    const isWhole =
      (signing.state === "current" || (signing.state === "signed" && !signing.behind)) &&
      String(signing.size) === size;
    seen.settled = isWhole ? state : null;
    seen.lookAgainAt = lookedAt + anotherLookMs;
    if (signing.state === "signed") {
      seen.nextAt = signing.behind ? 0 : lookedAt + everyMs;
      anchorAt = 0;
    } else if (signing.state === "refused") {
      seen.nextAt = lookedAt + refusedPauseMs;
    }
    const isRefused = signing.state === "refused";
    if (isRefused && !refused) logLine(`The log is not signed: ${signing.why}`);
    if (refused && (signing.state === "signed" || signing.state === "current"))
      logLine("The log is signed again.");
    if (signing.state !== "busy") refused = isRefused;
  }

  async function anchorAll(): Promise<void> {
    if (Date.now() < anchorAt) return;
    anchorAt = Date.now() + anchorPauseMs;
    if (anchor) await writeAnchors(sql, anchor);
    // The variable was unset: nobody waits for the file any more.
    else await clearTrouble(sql, "anchor_unwritable");
  }

  async function thin(): Promise<void> {
    if (Date.now() < thinAt) return;
    thinAt = Date.now() + thinningPauseMs;
    await thinCheckpoints(sql);
  }

  return {
    async turn({ now = false } = {}) {
      const done = await signAll(now);
      for (const work of [anchorAll, thin]) {
        await work().catch((error: unknown) => logError("keeping checkpoints (will be tried again)", error));
      }
      return done;
    },
    currentAt: () => currentAt,
  };
}

import type { Finding } from "../verify/findings";

/** A checkpoint that was seen outside the database. */
export interface OutsideCheckpoint {
  /** Where, in words: "last-signed.json", "the anchor file". */
  from: string;
  /** Signed note. */
  note: string;
  /**
   * True where `from` is known to be of this very log: then notes of it that all bear another name say that the log was
   * replaced. Where several logs may write, those of others say nothing.
   */
  isOfThisLog?: boolean;
  /** True where whoever verifies named it: then it is no excuse that the owner has given up the name that it bears. */
  isGiven?: boolean;
}

/** Everything a verification needs; plain data, so that it can be handed to another process or thread. */
export interface VerifyTask {
  /** Reaches Postgres itself; a role that may read the log. */
  url: string;
  orgId: number;
  /** Raw Ed25519 keys, base64: those of the instance, or those pinned by whoever verifies. */
  publicKeys: string[];
  /** Names that the pinned keys go by; empty when none are pinned. The log must bear one of them. */
  pinnedNames: string[];
  outside: OutsideCheckpoint[];
}

/** What came out. */
export interface LogReport {
  orgId: number;
  /** Name of the log. */
  origin: string;
  /** Leaves of the tree. */
  size: number;
  /** Events whose content was hashed again and compared. */
  events: number;
  /** Leaves whose event is past the retention. */
  expired: number;
  /** Events of which a part was erased. */
  erased: number;
  /** Events recorded and not sealed yet. */
  waiting: number;
  /** Stored checkpoints that were checked. */
  checkpoints: number;
  /** Checkpoints held outside the database that were compared, by where they were found. */
  outside: Record<string, number>;
  /** Those of names that the log had before an adoption. */
  adopted: number;
  /** Size of the largest checkpoint that holds; null when there is none. */
  checkpointSize: number | null;
  /** Verifier keys of the log. */
  keys: string[];
  /** The first of them. */
  findings: Finding[];
  findingCount: number;
  durationMs: number;
}

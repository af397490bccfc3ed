import "server-only";

/**
 * What checking a password came to, handed from the hash (outside the transaction) to the act (inside). A class, so that
 * nothing that comes from outside can pass for one; as JSON it is empty, so that neither password nor hash gets into the
 * digest of an attempt.
 */
export class CheckedPassword {
  constructor(
    /** The account as it was when its hash was read; null when there is none. */
    readonly account: { id: string; passwordHash: string | null } | null,
    readonly matched: boolean,
    /** The browser signed in to this account before. */
    readonly knownBrowser: boolean,
  ) {}

  toJSON(): string {
    return "checked";
  }
}

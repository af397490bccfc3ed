import "server-only";

/**
 * A new password's hash, handed from where it is computed (outside the transaction) to the act (inside); null where it was
 * not worth computing, as the act will be refused. A class, so that nothing that comes from outside can pass for one; as
 * JSON it says nothing, so that the hash gets into no digest of an attempt.
 */
export class HashedPassword {
  constructor(readonly hash: string | null) {}

  toJSON(): string {
    return "hashed";
  }
}

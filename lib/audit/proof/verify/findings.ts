/** What can be wrong with a log or an export of it. */
export type FindingKind =
  /** A row that is not the one its leaf was made of. */
  | "changed"
  /** A leaf whose event is missing, though it is not old enough to have expired. */
  | "removed"
  /** An event that is not in the tree. */
  | "added"
  /** An event that stands at another's place. */
  | "reordered"
  /** An event that was removed before it was sealed. */
  | "void"
  /** The tree, or a proof, does not fit together. */
  | "proof"
  /** A checkpoint that is not of this tree. */
  | "checkpoint"
  /** A signature by a key that is not ours. */
  | "signature"
  /** The log is older than a checkpoint that was seen outside. */
  | "rollback"
  /** A file that is not the one its manifest describes. */
  | "manifest";

export interface Finding {
  kind: FindingKind;
  /** Place in the sealed order, from 0. */
  index?: number;
  /** Id of the event. */
  id?: string;
  message: string;
}

/** Findings as they come: the first are kept, all are counted. */
export class Findings {
  readonly list: Finding[] = [];
  count = 0;

  /** @param limit findings kept at most */
  constructor(readonly limit = 1000) {}

  add(kind: FindingKind, message: string, where: { index?: number; id?: string } = {}): void {
    this.count += 1;
    if (this.list.length < this.limit) this.list.push({ kind, ...where, message });
  }
}

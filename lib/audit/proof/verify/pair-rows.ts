import type { EventRecord } from "../entry";

/** A line of `proofs.ndjson`. */
export interface RowProof {
  id: string;
  index: number;
  path: string[];
}

/** A row of `events.ndjson` with its proof, or one of the two alone. */
export interface Paired {
  record: EventRecord;
  line: string;
  proof: RowProof;
}

/** How far ahead a proof is looked for: what is farther apart is a removal and an addition, not a move. */
const mostWaiting = 20_000;
/** Rows in a row without a proof nearby, after which the proofs waiting are given up. */
const missesUntilGivenUp = 200;

/**
 * Brings the rows of an export together with their proofs, which honest files hold in the same order. A file that was
 * tampered with may lack some, have more, or have them elsewhere: what finds no partner is kept until the end.
 */
export class RowPairing {
  /** Proofs read, and not yet asked for, by id. */
  readonly #proofs = new Map<string, RowProof>();
  /** Rows whose proof was not found so far. */
  readonly #rows = new Map<string, { record: EventRecord; line: string }>();
  /** Proofs given up, to keep memory bounded; their paths are not kept. */
  readonly #lost = new Map<string, number>();
  #misses = 0;
  #isOver = false;

  constructor(readonly nextProof: () => Promise<RowProof | undefined>) {}

  /** True once the files do not go side by side any more. */
  get isDisturbed(): boolean {
    return this.#proofs.size > 0 || this.#rows.size > 0 || this.#lost.size > 0;
  }

  /** @returns the row's proof; undefined when it has none so far */
  async proofOf(record: EventRecord, line: string): Promise<RowProof | undefined> {
    const waiting = this.#proofs.get(record.id);
    if (waiting) {
      this.#proofs.delete(record.id);
      this.#misses = 0;
      return waiting;
    }
    while (!this.#isOver && this.#proofs.size < mostWaiting) {
      const proof = await this.nextProof();
      if (!proof) this.#isOver = true;
      else if (proof.id === record.id) {
        this.#misses = 0;
        return proof;
      } else this.#proofs.set(proof.id, proof);
    }
    if (this.#rows.size < mostWaiting) this.#rows.set(record.id, { record, line });
    this.#misses += 1;
    if (this.#misses > missesUntilGivenUp) this.#giveUp();
    return undefined;
  }

  #giveUp(): void {
    this.#misses = 0;
    for (const [id, { index }] of this.#proofs) this.#lost.set(id, index);
    this.#proofs.clear();
  }

  /** What is left at the end: rows that moved too far, rows without a proof, proofs without a row. */
  async rest(): Promise<{ moved: Paired[]; added: EventRecord[]; removed: { id: string; index: number }[] }> {
    for (let proof = await this.nextProof(); proof; proof = await this.nextProof())
      this.#proofs.set(proof.id, proof);
    const moved: Paired[] = [];
    const added: EventRecord[] = [];
    for (const [id, row] of this.#rows) {
      const proof = this.#proofs.get(id);
      if (proof) {
        moved.push({ ...row, proof });
        this.#proofs.delete(id);
      } else added.push(row.record);
    }
    const removed = [...this.#lost].map(([id, index]) => ({ id, index }));
    for (const { id, index } of this.#proofs.values()) removed.push({ id, index });
    return { moved, added, removed };
  }
}

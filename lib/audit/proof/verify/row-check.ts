import { canonicalJson } from "../canonical-json";
import type { Checkpoint } from "../checkpoint";
import { type EventRecord, eventLeaf } from "../entry";
import type { Manifest } from "../manifest";
import { eventsName, proofsName } from "./export-names";
import type { Findings } from "./findings";
import { outOfOrder } from "./longest-ascending";
import type { RowPairing, RowProof } from "./pair-rows";
import { PathChecker } from "./path-checker";

/** Everything about the rows that is known only at their end. */
export class RowCheck {
  count = 0;
  erased = 0;
  readonly #paths: PathChecker | undefined;
  readonly #failed: { index: number; id: string }[] = [];
  /** Indexes in the order of the file, from shortly before the first disturbance on. */
  #order: { index: number; id: string }[] = [];
  #isOrderKept = false;
  #named = 0;
  readonly #gaps: { from: number; to: number }[] = [];
  #highest = -1;

  constructor(
    readonly manifest: Manifest,
    readonly checkpoint: Checkpoint | null,
    readonly findings: Findings,
  ) {
    if (checkpoint) this.#paths = new PathChecker(checkpoint.size, checkpoint.root);
    // Before the first checkpoint an export holds no event, and there is nothing to check.
    else if (manifest.rows > 0)
      findings.add("checkpoint", "The manifest holds no checkpoint: the rows cannot be checked.");
  }

  /** @returns undefined, and a finding, for a line that is no record */
  readRecord(line: string): EventRecord | undefined {
    this.count += 1;
    try {
      const record = JSON.parse(line) as EventRecord;
      if (typeof record?.id === "string") return record;
    } catch {}
    this.#named += 1;
    this.findings.add("changed", `Line ${this.count} of ${eventsName} is no record of an event.`);
    return undefined;
  }

  readProof(line: string | undefined): RowProof | undefined {
    if (line === undefined) return undefined;
    try {
      const proof = JSON.parse(line) as RowProof;
      if (typeof proof.id === "string" && typeof proof.index === "number" && Array.isArray(proof.path))
        return proof;
    } catch {}
    this.findings.add("proof", `A line of ${proofsName} is no proof.`);
    return { id: "", index: -1, path: [] };
  }

  check(record: EventRecord, line: string, proof: RowProof | undefined, isDisturbed: boolean): void {
    if (!proof) return;
    const { id } = record;
    const { index } = proof;
    if (isDisturbed || index <= this.#highest) this.#isOrderKept = true;
    if (!this.#isOrderKept) this.#order.length = 0; // all but the last before a disturbance
    this.#order.push({ index, id });
    if (index > this.#highest + 1 && this.#gaps.length < 1000 && this.#highest >= 0)
      this.#gaps.push({ from: this.#highest + 1, to: index });
    this.#highest = Math.max(this.#highest, index);
    this.#compare(record, line, proof);
  }

  #compare(record: EventRecord, line: string, { index, path }: RowProof): void {
    const where = { index, id: record.id };
    let leaf: Uint8Array | undefined;
    try {
      leaf = eventLeaf(record);
      if (canonicalJson(record) !== line) {
        this.#named += 1;
        this.findings.add("changed", "The row is not spelt as it was exported.", where);
      }
    } catch {
      leaf = undefined; // a record that nobody recorded
    }
    if ("digest" in record.actor || "digest" in record.subject) this.erased += 1;
    if (this.#paths && !(leaf && this.#paths.isIncluded(leaf, index, path))) this.#failed.push(where);
  }

  settle(rest: Awaited<ReturnType<RowPairing["rest"]>>): void {
    for (const { record, line, proof } of rest.moved) {
      this.#named += 1;
      this.findings.add("reordered", "The row stands far from its place.", {
        index: proof.index,
        id: record.id,
      });
      this.#compare(record, line, proof);
    }
    for (const { id } of rest.added) {
      this.#named += 1;
      this.findings.add("added", "The row has no proof: it was not exported.", { id });
    }
    for (const { id, index } of rest.removed) {
      this.#named += 1;
      if (id !== "") this.findings.add("removed", "The row was taken out of the export.", { index, id });
    }
  }

  finish(): void {
    for (const at of outOfOrder(this.#order.map((o) => o.index))) {
      this.#named += 1;
      this.findings.add("reordered", "The row does not stand at its place.", this.#order[at] ?? {});
    }
    this.#order = [];
    const more = this.count - this.manifest.rows;
    // Rows beyond those that the manifest counts, none of them in the tree: these were put in.
    const kind = more > 0 && this.#failed.length === more ? "added" : "changed";
    for (const where of this.#failed) {
      this.#named += 1;
      this.findings.add(
        kind,
        kind === "added"
          ? "The row is not in the log."
          : "The row, or its proof, is not what was sealed at this place.",
        where,
      );
    }
    if (more < 0 && this.#named === 0) this.#nameGaps(-more);
    if (more !== 0)
      this.findings.add(
        "manifest",
        `The manifest counts ${this.manifest.rows} rows, the file has ${this.count}.`,
      );
  }

  /** An export of everything has no gaps: where rows are missing with their proofs, these say which. */
  #nameGaps(missing: number): void {
    const { manifest, checkpoint } = this;
    const isWhole = manifest.guru === null && Object.keys(manifest.filters ?? {}).length === 0;
    const gaps = isWhole ? [...this.#gaps] : [];
    const end = checkpoint?.size ?? 0;
    if (isWhole && this.#highest + 1 < end) gaps.push({ from: this.#highest + 1, to: end });
    for (const { from, to } of gaps)
      for (let index = from; index < to && index < from + 1000; index++)
        this.findings.add("removed", "The row was taken out of the export, with its proof.", { index });
    if (gaps.length === 0)
      this.findings.add("removed", `${missing} rows were taken out of the export, with their proofs.`);
  }
}

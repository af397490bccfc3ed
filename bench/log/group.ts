import type { BenchProduct } from "../seal/bench-product";
import type { Peer } from "./peer";
import type { Measured, Pace } from "./sampling";
import type { Values } from "./values";

/** What a group of measures on the database works with. */
export interface DatabaseBench {
  product: BenchProduct;
  peer: Peer;
  values: Values;
  rows: number;
  /** For CI: as few repetitions as show that everything works. */
  check: boolean;
  pace: Pace;
  /** A role that may write files on the server; null where none is known. */
  adminUrl: string | null;
}

/** A group of measures; one file of `measures/`. */
export interface Group<Bench = DatabaseBench> {
  name: string;
  measure(bench: Bench): Promise<Measured[]>;
}

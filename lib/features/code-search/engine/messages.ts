import type { ReadsAddress } from "@/lib/db/reads";
import type { Query } from "../query/ast";
import type { FoundFile, SearchedBranch, SearchOutcome } from "./types";

/** What of a repository the search process is told. */
export interface SearchedRepository {
  sourceId: string;
  name: string;
  generation: number;
  branches: Pick<SearchedBranch, "name" | "isDefault" | "tags">[];
}

/** A search as it goes to the process. */
export interface SearchOrder {
  query: Query;
  /** By name. */
  repositories: SearchedRepository[];
  matches: number;
  contextLines: number;
  whole: boolean;
  deadlineMs: number;
  /** Of text, for each: what it holds while it searches, what it reads for the answer, what it answers. */
  mostBytes: number;
}

/** What the process is told: first where the database is, then searches one at a time. */
export type ToProcess =
  | { kind: "open"; reads: ReadsAddress }
  /** These are likely to be searched next. */
  | { kind: "ahead"; repositories: Pick<SearchedRepository, "sourceId" | "generation">[] }
  | { kind: "search"; order: SearchOrder }
  /** Nobody waits for the search any more. */
  | { kind: "cancel" };

/** What is found until now, beyond what was told before. */
export interface SoFar {
  /** Files told before that still hold: less than all where the last one is told anew, none where the search began anew. */
  after: number;
  files: FoundFile[];
  /** Of each of these files. */
  matches: number[];
  /** Of all until now. */
  stats: SearchOutcome["stats"];
}

export type SearchAnswer =
  | { kind: "found"; outcome: SearchOutcome }
  /** A pattern that cannot be compiled: the message is for a person. */
  | { kind: "refused"; message: string }
  | { kind: "failed"; message: string };

export type FromProcess =
  | { kind: "ready" }
  /** Before something that nothing but the end of the process can stop. */
  | { kind: "so far"; soFar: SoFar }
  /** It looks no further: what it found is on its way. */
  | { kind: "answering" }
  /** With its last answer it ends. */
  | (SearchAnswer & { isLast?: true });

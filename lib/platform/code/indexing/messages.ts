/** A file as the process gets it. */
export interface FileToIndex {
  path: string;
  text: string;
  /** Whether its symbols are looked for; not in one that ended the process before. */
  hasSymbols: boolean;
}

export interface IndexedPart {
  firstLine: number;
  byteOffset: number;
  bytes: number;
  /** UTF-8, deflated (raw) without an end that is marked. */
  content: Buffer;
  /** Deflated (raw) JSON; null = none in these lines. */
  symbols: Buffer | null;
}

export interface IndexedFile {
  /** As linguist calls it. */
  language: string | null;
  bytes: number;
  lines: number;
  /** Ordinals within the segment follow on each other, file by file. */
  parts: IndexedPart[];
}

/** What the process is asked, and answers in that order: to add files to the segment, or to end it. */
export type IndexingRequest = { files: FileToIndex[] } | { finish: true };

export interface SegmentPostings {
  buckets: number;
  data: Buffer[];
}

/** What it answers; `memoryBytes` is what it holds then, `pairs` how many postings the segment has. */
export type IndexingAnswer = { memoryBytes: number } & (
  | { files: IndexedFile[]; pairs: number }
  | { postings: SegmentPostings }
);

/** What the reading of one file may take. A breach is told to the person as the reason. */
export interface ReadingLimits {
  /** Bytes that the process may hold in all, the file included. */
  memoryBytes: number;
  /** Until the next piece. */
  pieceMs: number;
  /** For the whole file. */
  wholeMs: number;
}

export const readingLimits: ReadingLimits = {
  memoryBytes: 1024 * 1024 * 1024,
  pieceMs: 120_000,
  wholeMs: 1_800_000,
};

/** Pieces that may be on their way at a time. */
export const piecesAhead = 3;

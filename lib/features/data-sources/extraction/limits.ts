/** What the extraction of one file may take. A breach is told to the person as the reason. */
export interface ExtractionLimits {
  /** Bytes that the process may hold in all, the file included. */
  memoryBytes: number;
  /** Until the next page or block of rows. */
  pieceMs: number;
  /** For the whole file. */
  wholeMs: number;
}

export const extractionLimits: ExtractionLimits = {
  memoryBytes: 1024 * 1024 * 1024,
  pieceMs: 120_000,
  wholeMs: 1_800_000,
};

/** UTF-16 units of text that one file may have: a small file can repeat itself without end. */
export const maxTextLength = 200_000_000;
/** Units of text that are passed on at once, so that one page cannot fill the receiver's memory. */
export const maxPieceLength = 64 * 1024;
/** Pieces that may be on their way at a time. */
export const piecesAhead = 3;

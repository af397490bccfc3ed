/** How far a run has come. */
export interface Progress {
  bytes: number;
  done?: number | undefined;
  total?: number | undefined;
  note?: string | undefined;
}

/** What a source's row says when no run is under way, or a new one begins from the start. */
export const noProgress = {
  progressDone: null,
  progressTotal: null,
  progressNote: null,
  resume: null,
} as const;

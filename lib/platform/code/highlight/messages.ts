/** Lines to be coloured: those before `fromLine` only say what it begins in. */
export interface HighlightRequest {
  /** As linguist calls it. */
  language: string;
  /** Without their ends. */
  lines: string[];
  /** Index of the first that is wanted. */
  from: number;
}

/**
 * What the process says: `ready` once it listens, `begun` once the grammar of a request is loaded, then the wanted lines, each as
 * lengths and numbers of looks in turn; null = no grammar for this language.
 */
export type HighlightNews = "ready" | "begun" | { looks: number[][] | null };

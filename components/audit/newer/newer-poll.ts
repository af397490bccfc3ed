/** What polling knows: how many events there are above the first row, or why it no longer asks. */
export type Newer =
  | { state: "watching"; count: number; exact: boolean }
  /** The session has ended, or the log may not be read any more. */
  | { state: "signed-out" }
  | { state: "denied" };

export const NONE: Newer = { state: "watching", count: 0, exact: true };

const EVERY_MS = 5_000;
const SLOWEST_MS = 120_000;

/** Milliseconds until the next question, after so many failures in a row: twice as long with each. */
export function pauseMs(failures: number): number {
  return Math.min(EVERY_MS * 2 ** failures, SLOWEST_MS);
}

/**
 * What an answer of `GET /audit/newer` tells.
 * @param body its JSON; anything
 * @returns null for an answer that tells nothing: a failure, asked again later
 */
export function newerOf(status: number, body: unknown): Newer | null {
  if (status === 401) return { state: "signed-out" };
  if (status === 403 || status === 404) return { state: "denied" };
  const { count, exact } = Object(body) as { count?: unknown; exact?: unknown };
  if (status !== 200 || typeof count !== "number" || typeof exact !== "boolean") return null;
  return { state: "watching", count, exact };
}

/** Whether more questions could change what is shown. */
export function isSettled(newer: Newer): boolean {
  return newer.state !== "watching" || !newer.exact;
}

/** "3 new events", "At least 100 new events". */
export function newerText({ count, exact }: { count: number; exact: boolean }): string {
  const number = count.toLocaleString("en-US");
  return `${exact ? number : `At least ${number}`} new ${count === 1 && exact ? "event" : "events"}`;
}

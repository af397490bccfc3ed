/** The name under which an entry of the browser's history has the attempt of its search. */
const name = "codeSearch";

/** A search that a person began, and the id under which it is recorded once. */
export interface SearchAttempt {
  /** The search's address: the id is good for no other. */
  href: string;
  id: string;
}

/** What of an entry this uses; the browser keeps it over a reload, and for the way back. */
type Entry = Pick<History, "state" | "replaceState">;

/** The state for an entry of this search. */
export const entryState = (attempt: SearchAttempt) => ({ [name]: attempt });

/** The attempt of the entry that is shown, if its search is this one; null where nobody began it here. */
export function attemptOfEntry(href: string, entry: Entry = window.history): SearchAttempt | null {
  const state: unknown = entry.state;
  const kept = isRecord(state) ? state[name] : null;
  if (!isRecord(kept) || kept.href !== href || typeof kept.id !== "string") return null;
  return { href, id: kept.id };
}

/** Keeps an attempt with the entry that is shown, beside what the router has there. */
export function keepAttempt(attempt: SearchAttempt, entry: Entry = window.history): void {
  entry.replaceState({ ...entry.state, ...entryState(attempt) }, "");
}

/** What is asked next is another act: the server answered this one, and nothing was found. */
export function forgetAttempt(attempt: SearchAttempt, entry: Entry = window.history): void {
  if (attemptOfEntry(attempt.href, entry)?.id !== attempt.id) return;
  const { [name]: _, ...others } = entry.state;
  entry.replaceState(others, "");
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

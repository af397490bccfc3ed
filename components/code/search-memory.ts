import type { SearchView } from "./search-types";

interface Kept {
  view: SearchView;
  scroll: number;
  at: number;
}

const keptAtMost = 10;
const keptForMs = 10 * 60_000;

/** What was found lately, by person and address, for as long as the tab is not loaded anew. */
const kept = new Map<string, Kept>();

/** Browsers share a tab between people who sign in one after the other, so the person is part of the key. */
const keyOf = (person: string, address: string) => `${person} ${address}`;

/** Remembers what an address found, for a way back to it. */
export function keepSearch(person: string, address: string, view: SearchView, scroll = 0): void {
  const key = keyOf(person, address);
  const at = kept.get(key)?.view === view ? (kept.get(key)?.at ?? Date.now()) : Date.now();
  kept.delete(key);
  kept.set(key, { view, scroll, at });
  for (const oldest of kept.keys()) {
    if (kept.size <= keptAtMost) break;
    kept.delete(oldest);
  }
}

/** What an address found a short while ago; null where it must be asked again. */
export function keptSearch(person: string, address: string): { view: SearchView; scroll: number } | null {
  const found = kept.get(keyOf(person, address));
  return found && Date.now() - found.at < keptForMs ? found : null;
}

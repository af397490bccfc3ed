"use client";
import { useState } from "react";
import {
  ADDRESS_KEYS,
  type AddressKey,
  EMPTY_FILTER,
  FACET_KEYS,
  filterToSearchParams,
  sameFilter,
  sameValues,
} from "./filter-url";
import type { AppliedFilter, FacetKey } from "./types";

/** The parts of a filter that a chip can stand for. */
export type FilterPart = FacetKey | AddressKey | "time" | "q";
export const FILTER_PARTS: readonly FilterPart[] = ["time", ...FACET_KEYS, ...ADDRESS_KEYS, "q"];

export type FilterDraft = {
  draft: AppliedFilter;
  applied: AppliedFilter;
  /** Whether anything differs from what is applied. */
  pending: boolean;
  change: (change: Partial<AppliedFilter>) => void;
  clear: (part: FilterPart) => void;
  /** Takes back what was changed in this part. */
  restore: (part: FilterPart) => void;
  reset: () => void;
};

/** What was chosen but not yet applied. A newly applied filter, from whatever source, replaces the draft. */
export function useFilterDraft(applied: AppliedFilter): FilterDraft {
  const key = filterToSearchParams(applied).toString();
  const [base, setBase] = useState(key);
  const [draft, setDraft] = useState(applied);
  if (base !== key) {
    setBase(key);
    setDraft(applied);
  }
  return {
    draft,
    applied,
    pending: !sameFilter(draft, applied),
    change: (change) => setDraft((now) => ({ ...now, ...change })),
    clear: (part) => setDraft((now) => ({ ...now, ...partOf(EMPTY_FILTER, part) })),
    restore: (part) => setDraft((now) => ({ ...now, ...partOf(applied, part) })),
    reset: () => setDraft(EMPTY_FILTER),
  };
}

function partOf(filter: AppliedFilter, part: FilterPart): Partial<AppliedFilter> {
  if (part === "time") return { since: filter.since, until: filter.until };
  if (part === "q") return { q: filter.q };
  return { [part]: filter[part] };
}

export function hasPart(filter: AppliedFilter, part: FilterPart): boolean {
  if (part === "time") return filter.since !== undefined || filter.until !== undefined;
  if (part === "q") return Boolean(filter.q);
  return (filter[part]?.length ?? 0) > 0;
}

export function samePart(a: AppliedFilter, b: AppliedFilter, part: FilterPart): boolean {
  if (part === "time") return (a.since ?? "") === (b.since ?? "") && (a.until ?? "") === (b.until ?? "");
  if (part === "q") return (a.q ?? "") === (b.q ?? "");
  return sameValues(a[part] ?? [], b[part] ?? []);
}

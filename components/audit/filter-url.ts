import type { AppliedFilter, FacetKey } from "./types";

/** The repeatable parameters, in the order in which they stand in an address. */
export const FACET_KEYS: readonly FacetKey[] = [
  "guru",
  "model",
  "actor",
  "actionType",
  "operation",
  "outcome",
];

/** Filters of the HTTP API that the address of a page takes too, though no dropdown offers them. */
export const ADDRESS_KEYS = ["action", "target", "ip"] as const;
export type AddressKey = (typeof ADDRESS_KEYS)[number];

const SINGLE_KEYS = ["since", "until", "q"] as const;

export const EMPTY_FILTER: AppliedFilter = {
  guru: [],
  model: [],
  actor: [],
  actionType: [],
  operation: [],
  outcome: [],
};

/**
 * Writes a filter with the parameter names of the HTTP API. Values are sorted and made unique, so that the
 * same filter always has the same address.
 */
export function filterToSearchParams(filter: AppliedFilter): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of FACET_KEYS) {
    for (const value of canonical(filter[key])) params.append(key, value);
  }
  for (const key of ADDRESS_KEYS) {
    for (const value of canonical(filter[key] ?? [])) params.append(key, value);
  }
  for (const key of SINGLE_KEYS) {
    const value = filter[key];
    if (value) params.set(key, value);
  }
  return params;
}

/**
 * Reads a filter from an address. Takes `URLSearchParams` or the record that a page receives. Empty values
 * are dropped, a repeated single parameter counts once (the first); nothing is validated here.
 */
export function searchParamsToFilter(
  params: URLSearchParams | Record<string, string | string[] | undefined>,
): AppliedFilter {
  const all = (key: string): string[] => {
    if (params instanceof URLSearchParams) return params.getAll(key);
    const value = params[key];
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  const filter: AppliedFilter = { ...EMPTY_FILTER };
  for (const key of FACET_KEYS) filter[key] = canonical(all(key));
  for (const key of ADDRESS_KEYS) {
    const values = canonical(all(key));
    if (values.length > 0) filter[key] = values;
  }
  for (const key of SINGLE_KEYS) {
    const value = all(key)[0];
    if (value) filter[key] = value;
  }
  return filter;
}

/** Two filters are the same when they choose the same events, whatever the order of their values. */
export function sameFilter(a: AppliedFilter, b: AppliedFilter): boolean {
  return filterToSearchParams(a).toString() === filterToSearchParams(b).toString();
}

export function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return canonical(a).join("\u0000") === canonical(b).join("\u0000");
}

export function isEmptyFilter(filter: AppliedFilter): boolean {
  return filterToSearchParams(filter).size === 0;
}

function canonical(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ""))].sort();
}

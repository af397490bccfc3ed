import type { AuditFacets, FacetKey, FacetValue } from "./types";

/** The name of the filter (its accessible name too), of its values, and of those not chosen. */
export const FACET_NAMES: Record<FacetKey, { label: string; plural: string; others: string }> = {
  guru: { label: "Guru", plural: "gurus", others: "All others" },
  model: { label: "Model", plural: "models", others: "All others" },
  actor: { label: "User", plural: "users", others: "Everyone else" },
  actionType: { label: "Action type", plural: "action types", others: "All others" },
  operation: { label: "Operation", plural: "operations", others: "All others" },
  outcome: { label: "Outcome", plural: "outcomes", others: "All others" },
};

/** Values of the list, and those of the address that the list does not have (nothing of theirs is kept). */
export function withChosen(values: FacetValue[], chosen: string[]): FacetValue[] {
  const known = new Set(values.map((each) => each.value));
  const missing = chosen.filter((value) => !known.has(value));
  return [...values, ...missing.map((value) => ({ value, label: value, count: null }))];
}

export function labelsOf(facets: AuditFacets, key: FacetKey, chosen: string[]): string[] {
  const labels = new Map(facets[key].map((each) => [each.value, each.label]));
  return chosen.map((value) => labels.get(value) ?? value).sort((a, b) => a.localeCompare(b, "en"));
}

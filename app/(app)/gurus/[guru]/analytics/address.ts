import type { AnalyticsAddress } from "@/lib/features/analytics/schemas";

/** What of the page's address narrows everything on it. */
type Chosen = Pick<AnalyticsAddress, "interval" | "from" | "to" | "door">;

/** The chosen range and door as parameters; those that stand for themselves are left out. */
export function chosenParameters({ interval, from, to, door }: Chosen): Record<string, string> {
  return {
    ...(interval === "30d" ? {} : { interval }),
    ...(interval === "custom" && from !== undefined ? { from } : {}),
    ...(interval === "custom" && to !== undefined ? { to } : {}),
    ...(door === undefined ? {} : { door }),
  };
}

/** An address of the page. */
export function analyticsHref(slug: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const query = new URLSearchParams(given);
  const base = `/gurus/${encodeURIComponent(slug)}/analytics`;
  return query.size > 0 ? `${base}?${query}` : base;
}

/** Why an export did not come, by the word in the address. */
export const notices = {
  not_found: "There is nothing to export in this range. Choose another range.",
  repeated: "This export was sent already. Press Export again for another one.",
  busy: "An export of yours is being sent. Wait for it, then export again.",
  invalid: "This range cannot be exported. Choose it again, then export.",
  internal: "The export could not be made. Try again.",
} as const;

export function noticeText(word: string | undefined): string | null {
  return word !== undefined && Object.hasOwn(notices, word) ? notices[word as keyof typeof notices] : null;
}

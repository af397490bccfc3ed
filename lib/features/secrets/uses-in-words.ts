import type { SecretUse } from "@/lib/access/secrets";

const named = 3;

/** What uses a secret, such as `the data source “Handbook” and 2 others`. */
export function usesInWords(uses: readonly SecretUse[]): string {
  const words = uses.slice(0, named).map(({ what, title }) => `the ${what} “${title}”`);
  const others = uses.length - words.length;
  if (others > 0) words.push(others === 1 ? "1 other" : `${others} others`);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} and ${last}`;
}

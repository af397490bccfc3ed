import { visibleString } from "@/components/visible-text/tokens";
import type { Outcome } from "@/lib/audit/proof/verify/check-files";
import type { Finding } from "@/lib/audit/proof/verify/findings";
import type { Signed } from "@/lib/audit/proof/verify/trust";

/** One line a finding: kind, place, id, what is wrong. A terminal must not obey what somebody wrote into a file. */
export function findingLine({ kind, index, id, message }: Finding): string {
  const where = [index === undefined ? "" : `event ${index}`, id ?? ""].filter(Boolean).join(", ");
  return visibleString(`${kind.toUpperCase()}${where ? ` ${where}` : ""}: ${message}`);
}

/** What the signature is worth: a key that came along with the file proves nothing until it is compared. */
export function signedText({ by, pinned }: Signed): string {
  if (!by) return "not by a key that counts";
  return pinned
    ? `${by} (the key that was given)`
    : `${by}\nCompare this key with the one you noted: it came with the file.`;
}

/** Such as "1 finding". */
export function foundText(count: number): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "finding" : "findings"}`;
}

/** All of it, for a terminal. */
export function outcomeText(outcome: Outcome): string {
  const lines = [
    visibleString(outcome.what),
    ...outcome.facts.map(([label, value]) => `  ${label}: ${visibleString(value)}`),
    `  Signed by: ${signedText(outcome.signed).replaceAll("\n", "\n    ")}`,
    "",
    ...outcome.findings.map(findingLine),
  ];
  const more = outcome.findingCount - outcome.findings.length;
  if (more > 0) lines.push(`and ${more.toLocaleString("en-US")} more`);
  lines.push(
    outcome.verified
      ? `VERIFIED${outcome.signed.pinned ? "" : ", if the key above is the one you noted"}: nothing was changed, removed, added or reordered.`
      : `DOES NOT VERIFY: ${foundText(outcome.findingCount)}.`,
  );
  return `${lines.join("\n")}\n`;
}

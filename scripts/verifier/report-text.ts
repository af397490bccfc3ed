import type { Finding } from "@/lib/audit/proof/verify/findings";
import type { Signed } from "@/lib/audit/proof/verify/trust";

/** One line a finding: kind, place, id, what is wrong. */
export function findingLine({ kind, index, id, message }: Finding): string {
  const where = [index === undefined ? "" : `event ${index}`, id ?? ""].filter(Boolean).join(", ");
  return `${kind.toUpperCase()}${where ? ` ${where}` : ""}: ${message}`;
}

/** What the signature is worth: a key that came along with the file proves nothing until it is compared. */
export function signedText({ by, pinned }: Signed): string {
  if (!by) return "not by a key that counts";
  return pinned
    ? `${by} (the key that was given)`
    : `${by}\nCompare this key with the one you noted: it came with the file.`;
}

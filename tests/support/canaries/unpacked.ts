import { unzipSync } from "fflate";

/** The text of a file; of a zip that of all its parts, with their names. */
export function unpacked(bytes: Buffer): string {
  if (bytes.subarray(0, 2).toString("latin1") !== "PK") return bytes.toString("utf8");
  const parts = Object.entries(unzipSync(bytes));
  return parts.map(([name, part]) => `${name}\n${Buffer.from(part).toString("utf8")}`).join("\n");
}

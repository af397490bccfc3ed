import type { TroubleKind } from "@/lib/audit/trouble";

/**
 * What an alarm is called, and what to do about it where the detail does not say so itself: those that others note say it,
 * as `noteTrouble` asks.
 */
export const alarmWords: Record<TroubleKind, { title: string; todo: string }> = {
  sealing_behind: {
    title: "Sealing of the audit log is behind",
    todo: "Events are recorded all the same. Look into the product's output for the sealer's error; it tries again by itself.",
  },
  signing_refused: { title: "The audit log is not being signed", todo: "" },
  verification_failed: {
    title: "The audit log could not be verified",
    todo: "Keep the database and its backups as they are.",
  },
  archive_unwritable: { title: "The archive of the audit log cannot be written", todo: "" },
  anchor_unwritable: { title: "The anchor file cannot be written", todo: "" },
  partitions_low: {
    title: "The weeks made ahead for the audit log run out",
    todo: "Nothing can be recorded after the last of them, and so nothing done. Restart the product, or look into its output for why the daily task fails.",
  },
  disk_low: {
    title: "The disk of the database is nearly full",
    todo: "Free space or enlarge the volume: when it is full, nothing can be recorded and so nothing done.",
  },
  cleanup_refused: {
    title: "A table beside the audit log cannot be cleaned up",
    todo: "It is named like a week of the log and is none: verify the log, and have whoever keeps the database look where it comes from before it is removed. Until then nobody can be erased.",
  },
};

/** The detail and what to do, as one text. */
export function alarmText(kind: TroubleKind, detail: string): string {
  return [detail, alarmWords[kind].todo].filter((part) => part !== "").join(" ");
}

import type { TroubleKind } from "@/lib/audit/trouble";

/** What an alarm is called, and what to do about it. The detail that was noted with it stands beside. */
export const alarmWords: Record<TroubleKind, { title: string; todo: string }> = {
  sealing_behind: {
    title: "Sealing of the audit log is behind",
    todo: "Events are recorded all the same. Look into the product's output for the sealer's error; it tries again by itself.",
  },
  signing_refused: {
    title: "The audit log is not being signed",
    todo: "The stored log does not continue what was signed last. If a backup was restored, the owner can adopt it on the Log integrity page; otherwise find out who changed the database.",
  },
  verification_failed: {
    title: "The audit log does not verify",
    todo: "Keep the database and its backups as they are, and read the findings on the Log integrity page.",
  },
  archive_unwritable: {
    title: "The archive of the audit log cannot be written",
    todo: "Nothing is deleted until it can. Make the folder of GURULOG_ARCHIVE_DIR writable, or free space there.",
  },
  anchor_unwritable: {
    title: "The anchor file cannot be written",
    todo: "Make the file of GURULOG_ANCHOR_FILE writable; the missing checkpoints are appended then.",
  },
  partitions_low: {
    title: "The weeks made ahead for the audit log run out",
    todo: "Nothing can be recorded after the last of them, and so nothing done. Restart the product, or look into its output for why the daily task fails.",
  },
  disk_low: {
    title: "The disk of the database is nearly full",
    todo: "Free space or enlarge the volume: when it is full, nothing can be recorded and so nothing done.",
  },
};

import { z } from "zod";
import { defineEvent } from "./define";

const log = { model: "AuditLog", targetType: "org" } as const;
const filters = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

export const auditExported = defineEvent({
  ...log,
  action: "audit.exported",
  operation: "EXPORT_AUDIT_LOGS",
  actionType: "access",
  guru: "sometimes",
  details: {
    filters,
    format: z.enum(["csv", "xlsx", "json", "zip", "proof"]),
    expectedRows: z.number().int().optional(),
    success: z.boolean(),
    rowsSent: z.number().int().optional(),
    fileName: z.string(),
    /** Ties the event of an early end, and the download, to the start. */
    exportId: z.string(),
    message: z.string().optional(),
  },
  when: "an export of the log begins; if it ends early a second event, failed, with the rows sent and the first as cause",
});
export const auditFetched = defineEvent({
  ...log,
  action: "audit.fetch",
  operation: "FETCH_AUDIT_LOGS",
  actionType: "access",
  details: { filters, mode: z.enum(["all", "page", "cursor", "proof"]), view: z.enum(["default", "full"]) },
  when: "the log is read over the HTTP API; cursor reads once per key and ten minutes; mode proof is the proof of one event, which carries its record",
});
export const loggingEnabled = defineEvent({
  ...log,
  action: "audit.logging_enabled",
  operation: "AUDIT_LOGGING_ENABLED",
  actionType: "updated",
  always: true,
  when: "the product starts with logging on after it was off, by System",
});
export const loggingDisabled = defineEvent({
  ...log,
  action: "audit.logging_disabled",
  operation: "AUDIT_LOGGING_DISABLED",
  actionType: "updated",
  always: true,
  when: "the product starts with logging off after it was on, or for the first time, by System",
});
export const auditViewed = defineEvent({
  ...log,
  action: "audit.viewed",
  operation: "VIEW_AUDIT_LOGS",
  actionType: "access",
  guru: "sometimes",
  details: { filters },
  when: "the audit page was read: once per person, scope and filter in ten minutes",
});
const savedView = {
  name: z.string(),
  shared: z.boolean(),
  filters,
  /** Days up to the one on which it is opened, in place of a range of dates. */
  recentDays: z.number().int().optional(),
};
export const auditViewSaved = defineEvent({
  ...log,
  action: "audit.view_saved",
  operation: "SAVE_AUDIT_VIEW",
  actionType: "created",
  guru: "sometimes",
  details: savedView,
  when: "a filter of the log is saved under a name, for oneself or shared with all who may read the same log",
});
export const auditViewDeleted = defineEvent({
  ...log,
  action: "audit.view_deleted",
  operation: "DELETE_AUDIT_VIEW",
  actionType: "deleted",
  guru: "sometimes",
  details: {
    ...savedView,
    /** Account of who had saved it, where somebody else deletes it. */
    savedBy: z.string().optional(),
  },
  when: "a saved view is deleted, by who saved it, by who administers the log that it is shared in, or with its guru",
});
export const auditPruned = defineEvent({
  ...log,
  action: "audit.pruned",
  operation: "PRUNE_AUDIT_LOGS",
  actionType: "deleted",
  always: true,
  details: {
    cutoff: z.string(),
    rowsRemoved: z.number().int(),
    /** With all cleanups before: no more events than these may be missing from the sealed order. */
    removedInAll: z.number().int().optional(),
  },
  when: "events past the retention are deleted, by System",
});
export const retentionChanged = defineEvent({
  ...log,
  action: "audit.retention_changed",
  operation: "RETENTION_CHANGED",
  actionType: "updated",
  always: true,
  when: "the product starts with another retention than before, by System; days before and after",
});
export const personErased = defineEvent({
  ...log,
  action: "audit.person_erased",
  operation: "ERASE_PERSON",
  actionType: "deleted",
  always: true,
  details: { events: z.number().int() },
  when: "the owner erased a person from the accounts and from the log; the number of events, never who",
});
export const keyRotated = defineEvent({
  ...log,
  action: "audit.key_rotated",
  operation: "ROTATE_SEAL_KEY",
  actionType: "updated",
  always: true,
  when: "the product starts with other sealing keys than before, by System; the ids of the keys before and after",
});
export const originAdopted = defineEvent({
  ...log,
  action: "audit.origin_adopted",
  operation: "ADOPT_ORIGIN",
  actionType: "updated",
  always: true,
  details: {
    /** Events of the log that was signed last under the name given up. */
    previousSize: z.number().int(),
    size: z.number().int(),
    /** Root of the tree over the adopted events, hexadecimal. */
    root: z.string(),
  },
  when: "the owner adopts a log that does not continue what was signed last, such as a restored backup; the name of the log before and after",
});

const verification = {
  /** Events whose content was compared with the tree. */
  events: z.number().int(),
  /** Leaves of the tree. */
  size: z.number().int(),
  /** Of the newest checkpoint that holds. */
  checkpointSize: z.number().int().optional(),
  durationMs: z.number().int(),
};
export const logVerified = defineEvent({
  ...log,
  action: "audit.verified",
  operation: "VERIFY_AUDIT_LOGS",
  actionType: "access",
  always: true,
  details: verification,
  when: "the whole log was verified, and nothing was found: by System daily, by a person on demand",
});
export const logVerificationFailed = defineEvent({
  ...log,
  action: "audit.verification_failed",
  operation: "VERIFY_AUDIT_LOGS_FAILED",
  actionType: "access",
  outcome: "failure",
  always: true,
  details: {
    ...verification,
    findings: z.number().int(),
    /** Ids of the first events that were named. */
    firstIds: z.array(z.string()).optional(),
    /** The first finding, or why the log could not be verified. */
    message: z.string(),
  },
  when: "the log does not verify, or could not be verified",
});

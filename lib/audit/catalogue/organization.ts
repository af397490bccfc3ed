import { z } from "zod";
import { defineEvent } from "./define";

const key = { model: "APIKey" } as const;

export const apiKeyCreationFailed = defineEvent({
  ...key,
  action: "api_key.creation_failed",
  operation: "CREATE_API_KEY_FAILED",
  actionType: "created",
  targetType: "org",
  outcome: "failure",
  fixed: true,
  when: "a key is refused: the person already has one of that name",
});
export const apiKeyCreated = defineEvent({
  ...key,
  action: "api_key.created",
  operation: "CREATE_API_KEY",
  actionType: "created",
  targetType: "api_key",
  fixed: true,
  details: { scopes: z.array(z.string()), expiresAt: z.string().nullable() },
  failed: apiKeyCreationFailed,
  when: "a person makes a key; the target is its public id, never its hash",
});
export const apiKeyDeletionFailed = defineEvent({
  ...key,
  action: "api_key.deletion_failed",
  operation: "DELETE_API_KEY_FAILED",
  actionType: "deleted",
  targetType: "org",
  outcome: "failure",
  fixed: true,
  when: "a key to delete is not among the person's keys, or one to revoke is not there any more",
});
export const apiKeyDeleted = defineEvent({
  ...key,
  action: "api_key.deleted",
  operation: "DELETE_API_KEY",
  actionType: "deleted",
  targetType: "api_key",
  fixed: true,
  /** E-mail of whose key it was, where it is not the actor's. */
  details: { holder: z.string().optional() },
  failed: apiKeyDeletionFailed,
  when: "a person deletes a key of theirs, the owner revokes somebody's, or a key goes with its person",
});

const auditor = { model: "Membership", targetType: "user", actionType: "updated" } as const;

export const auditorGranted = defineEvent({
  ...auditor,
  action: "org.auditor_granted",
  operation: "GRANT_AUDITOR",
  when: "the owner makes a member an auditor, who holds no role in a guru; role before and after",
});
export const auditorRevoked = defineEvent({
  ...auditor,
  action: "org.auditor_revoked",
  operation: "REVOKE_AUDITOR",
  when: "the owner makes an auditor a member again; role before and after",
});

const provisioned = { model: "Membership", targetType: "org", actionType: "created", fixed: true } as const;
export const jitProvisioningFailed = defineEvent({
  ...provisioned,
  action: "user.jit_provisioning_failed",
  operation: "JIT_PROVISIONING_FAILED",
  outcome: "failure",
  when: "a first sign-in by the identity provider makes no member: all seats are taken",
});
export const jitProvisioned = defineEvent({
  ...provisioned,
  action: "user.jit_provisioned",
  operation: "JIT_PROVISIONED",
  failed: jitProvisioningFailed,
  when: "a first sign-in by the identity provider makes a member at once",
});

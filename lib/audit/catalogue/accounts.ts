import { z } from "zod";
import { defineEvent } from "./define";

const user = { model: "User", targetType: "user" } as const;

export const signInFailed = defineEvent({
  ...user,
  action: "user.sign_in_failed",
  operation: "LOGIN_FAILED",
  actionType: "access",
  outcome: "failure",
  details: { method: z.string().optional() },
  when: "a sign-in is refused: wrong password, unknown account, or tries stopped by the delay (one event a minute with their count)",
});
export const signedIn = defineEvent({
  ...user,
  action: "user.signed_in",
  operation: "LOGIN_SUCCESS",
  actionType: "access",
  fixed: true,
  details: { method: z.string() },
  failed: signInFailed,
  when: "a person signs in, also right after registering",
});
export const signedOut = defineEvent({
  ...user,
  action: "user.signed_out",
  operation: "LOGOUT",
  actionType: "access",
  fixed: true,
  when: "a person signs out",
});
export const creationFailed = defineEvent({
  ...user,
  action: "user.creation_failed",
  operation: "USER_CREATION_FAILED",
  actionType: "created",
  outcome: "failure",
  fixed: true,
  when: "a registration is refused after validation: closed, address taken, seats full, or stopped by the delay",
});
export const registered = defineEvent({
  ...user,
  action: "user.registered",
  operation: "REGISTER",
  actionType: "created",
  failed: creationFailed,
  when: "a person registers",
});
export const ownerCreated = defineEvent({
  action: "user.owner_created",
  operation: "OWNER_CREATED",
  actionType: "created",
  model: "Organization",
  targetType: "org",
  fixed: true,
  details: { organization: z.string(), memberApprovalRequired: z.boolean(), retentionDays: z.number().int() },
  when: "the first account of an empty organization is made",
});
export const userCreated = defineEvent({
  ...user,
  action: "user.created",
  operation: "USER_CREATED",
  actionType: "created",
  failed: creationFailed,
  when: "an account is made for somebody: by an owner, or by System from the environment",
});
export const passwordChanged = defineEvent({
  ...user,
  action: "user.password_changed",
  operation: "PASSWORD_CHANGED",
  actionType: "updated",
  details: { by: z.enum(["self", "owner", "mail"]) },
  when: "a password is changed; never the value",
});
export const sessionRevoked = defineEvent({
  action: "user.session_revoked",
  operation: "REVOKE_SESSION",
  actionType: "deleted",
  model: "Session",
  targetType: "user",
  details: { sessions: z.number().int() },
  when: "other sessions of an account are ended; one event with their number",
});
export const accessDenied = defineEvent({
  action: "access.denied",
  operation: "ACCESS_DENIED",
  actionType: "access",
  model: "Access",
  targetType: "user",
  outcome: "failure",
  details: { permission: z.string(), asked: z.string() },
  when: "a signed-in person or a key is refused by the permission check; the first of a minute at once, further ones as one event with their count",
});
export const apiKeyRejected = defineEvent({
  action: "api_key.rejected",
  operation: "API_KEY_REJECTED",
  actionType: "access",
  model: "APIKey",
  targetType: "org",
  outcome: "failure",
  when: "a malformed, unknown, deleted or expired key is presented; per address, counted as access.denied is; never the key",
});

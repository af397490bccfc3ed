import { z } from "zod";
import { defineEvent } from "./define";

const user = { model: "User", targetType: "user" } as const;

export const signInFailed = defineEvent({
  ...user,
  action: "user.sign_in_failed",
  operation: "LOGIN_FAILED",
  actionType: "access",
  outcome: "failure",
  details: { method: z.string().optional(), session: z.literal(true).optional() },
  when: "a sign-in is refused: wrong password, unknown account, wrong code of the second step or none in time, an answer of the identity provider that does not hold, or tries stopped by the delay (one event a minute with their count); or somebody who is signed in gives a wrong current password or code (session)",
});
export const signedIn = defineEvent({
  ...user,
  action: "user.signed_in",
  operation: "LOGIN_SUCCESS",
  actionType: "access",
  fixed: true,
  details: { method: z.string(), factor: z.enum(["totp", "recovery_code"]).optional() },
  failed: signInFailed,
  when: "a person signs in, also right after registering; with two factors after the second",
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
export const userDeleted = defineEvent({
  ...user,
  action: "user.deleted",
  operation: "USER_DELETED",
  actionType: "deleted",
  details: { name: z.string(), role: z.string().nullable() },
  when: "an owner deletes an account; its sessions, keys, roles and saved views follow, each with this event as cause",
});
const guruRole = { model: "GuruRole", targetType: "user", actionType: "updated", guru: "always" } as const;
export const guruRoleAssigned = defineEvent({
  ...guruRole,
  action: "user.role_assigned",
  operation: "ROLE_ASSIGNED",
  when: "a person gets another role in a guru: by the owner, or as a viewer through its Team page; before and after",
});
export const guruRoleRevoked = defineEvent({
  ...guruRole,
  action: "user.role_revoked",
  operation: "ROLE_REVOKED",
  when: "a role in a guru is taken: by the owner, a viewer's through its Team page, or with the person or the guru",
});
export const passwordChanged = defineEvent({
  ...user,
  action: "user.password_changed",
  operation: "PASSWORD_CHANGED",
  actionType: "updated",
  details: { by: z.enum(["self", "owner", "mail"]) },
  when: "a password is changed; never the value",
});
export const userUpdated = defineEvent({
  ...user,
  action: "user.updated",
  operation: "UPDATE_USER",
  actionType: "updated",
  when: "a person signs in by the identity provider for the first time with an account that they had; or changes their name, appearance or time zone, or their e-mail address once it is confirmed; before and after",
});
export const passwordResetRequested = defineEvent({
  ...user,
  action: "user.password_reset_requested",
  operation: "REQUEST_PASSWORD_RESET",
  actionType: "access",
  when: "somebody asks for a mail with a link to a new password; anonymous, one event a minute with their count; outcome failure where the delay stopped them or there is no mail server",
});
export const factorEnabled = defineEvent({
  ...user,
  action: "user.factor_enabled",
  operation: "FACTOR_ENABLED",
  actionType: "updated",
  details: { of: z.enum(["totp", "recovery_codes"]) },
  when: "a person switches two-factor sign-in on, or makes new recovery codes; never a secret or a code",
});
export const factorDisabled = defineEvent({
  ...user,
  action: "user.factor_disabled",
  operation: "FACTOR_DISABLED",
  actionType: "updated",
  details: { by: z.enum(["self", "owner", "operator", "linking", "mail"]) },
  when: "two-factor sign-in is switched off: by its person, by the owner for somebody who lost it, by System when the operator says so, or, of an account whose address nobody had proven, when its person comes by the identity provider or a mailed link",
});
export const recoveryCodeUsed = defineEvent({
  ...user,
  action: "user.recovery_code_used",
  operation: "RECOVERY_CODE_USED",
  actionType: "updated",
  details: { left: z.number().int() },
  when: "a person uses a recovery code, which serves once; with the number of those left",
});
export const sessionRevoked = defineEvent({
  action: "user.session_revoked",
  operation: "REVOKE_SESSION",
  actionType: "deleted",
  model: "Session",
  targetType: "user",
  details: { sessions: z.number().int() },
  when: "sessions of an account are ended otherwise than by signing out; one event with their number",
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

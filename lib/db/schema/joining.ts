import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  inet,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { account, organization } from "./accounts";
import { bytea, createdAt, id, moment } from "./columns";

const orgId = () =>
  integer("org_id")
    .notNull()
    .references(() => organization.id);
const accountId = () =>
  uuid("account_id")
    .notNull()
    .references(() => account.id, { onDelete: "cascade" });
const someone = (column: string) => uuid(column).references(() => account.id, { onDelete: "set null" });

/** Bound to one e-mail address, for one use; the link's token is made of the id under the instance's key. */
export const invite = pgTable(
  "invite",
  {
    id: id(),
    orgId: orgId(),
    email: text("email").notNull(),
    emailKey: text("email_key").notNull(),
    tokenHash: bytea("token_hash").notNull().unique(),
    invitedBy: someone("invited_by"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
    acceptedAt: moment("accepted_at"),
    acceptedBy: someone("accepted_by"),
  },
  (t) => [
    uniqueIndex("invite_pending").on(t.orgId, t.emailKey).where(sql`accepted_at is null`),
    index("invite_invited_by").on(t.invitedBy),
    index("invite_accepted_by").on(t.acceptedBy),
  ],
);

/** An account that waits for the owner's answer. */
export const joinRequest = pgTable(
  "join_request",
  { id: id(), orgId: orgId(), accountId: accountId(), createdAt: createdAt() },
  (t) => [unique("join_request_one").on(t.orgId, t.accountId), index("join_request_account").on(t.accountId)],
);

/** Whom the owner removed: they come in again by the owner's word alone. */
export const removedMember = pgTable(
  "removed_member",
  {
    orgId: orgId(),
    accountId: accountId(),
    removedAt: moment("removed_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.accountId] }), index("removed_member_account").on(t.accountId)],
);

/** Who a person is to an OpenID Connect provider: the issuer's subject, never its e-mail address. */
export const identity = pgTable(
  "identity",
  {
    issuer: text("issuer").notNull(),
    subject: text("subject").notNull(),
    accountId: accountId(),
    createdAt: createdAt(),
    lastUsedAt: moment("last_used_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [primaryKey({ columns: [t.issuer, t.subject] }), index("identity_account").on(t.accountId)],
);

/** The second factor of an account (RFC 6238). */
export const accountFactor = pgTable("account_factor", {
  accountId: accountId().primaryKey(),
  /** Under the key ring. */
  secret: bytea("secret").notNull(),
  /** Null: shown to its person, and not proven yet. */
  confirmedAt: moment("confirmed_at"),
  /** The last time step whose code was taken: no code serves twice. */
  lastStep: bigint("last_step", { mode: "number" }).notNull().default(0),
  createdAt: createdAt(),
});

export const recoveryCode = pgTable(
  "recovery_code",
  { accountId: accountId(), codeHash: bytea("code_hash").notNull(), usedAt: moment("used_at") },
  (t) => [primaryKey({ columns: [t.accountId, t.codeHash] })],
);

/** A sign-in whose first step is done; the cookie carries the id. */
export const signInStep = pgTable(
  "sign_in_step",
  {
    idHash: bytea("id_hash").primaryKey(),
    accountId: accountId(),
    /** How the first step was done: `password` or `oidc`. */
    method: text("method").notNull(),
    failures: integer("failures").notNull().default(0),
    ip: inet("ip"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [index("sign_in_step_account").on(t.accountId), index("sign_in_step_expiry").on(t.expiresAt)],
);

/** Answers of the OpenID Connect provider that were taken: none serves twice. */
export const oidcAnswer = pgTable("oidc_answer", {
  stateHash: bytea("state_hash").primaryKey(),
  takenAt: moment("taken_at").notNull().default(sql`gurulog_now()`),
});

/** What the link of a mail to an account is for. */
export const accountToken = pgTable(
  "account_token",
  {
    id: id(),
    accountId: accountId(),
    purpose: text("purpose", { enum: ["password_reset", "email_change"] }).notNull(),
    tokenHash: bytea("token_hash").notNull().unique(),
    /** The address that the account is to have. */
    email: text("email"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
    usedAt: moment("used_at"),
  },
  (t) => [index("account_token_account").on(t.accountId)],
);

/** Mails on their way. Their text is made when they are sent: no link that opens anything stands here. */
export const mailMessage = pgTable(
  "mail_message",
  {
    id: id(),
    kind: text("kind", {
      enum: [
        "invite",
        "join_requested",
        "join_approved",
        "password_reset_by_owner",
        "password_reset",
        "email_change",
        "email_changed",
      ],
    }).notNull(),
    /** The invite, request or token that it is about. */
    subjectId: uuid("subject_id"),
    accountId: uuid("account_id").references(() => account.id, { onDelete: "cascade" }),
    address: text("address").notNull(),
    createdAt: createdAt(),
    dueAt: moment("due_at").notNull().default(sql`gurulog_now()`),
    tries: integer("tries").notNull().default(0),
    deliveredAt: moment("delivered_at"),
    givenUpAt: moment("given_up_at"),
    lastError: text("last_error"),
  },
  (t) => [
    index("mail_message_due").on(t.dueAt).where(sql`delivered_at is null and given_up_at is null`),
    index("mail_message_account").on(t.accountId),
  ],
);

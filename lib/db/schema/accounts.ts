import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  inet,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, createdAt, id, moment } from "./columns";

/** A person. A deleted account's row goes; its events keep their snapshots. */
export const account = pgTable(
  "account",
  {
    id: id(),
    email: text("email").notNull(),
    /** Lower-case form in which addresses are compared. */
    emailKey: text("email_key").notNull(),
    name: text("name").notNull(),
    /** argon2id in PHC format; null for an account that can only sign in by SSO. */
    passwordHash: text("password_hash"),
    mustChangePassword: boolean("must_change_password").notNull().default(false),
    /** IANA name, or `auto`: as the browser says. */
    timeZone: text("time_zone").notNull().default("auto"),
    theme: text("theme", { enum: ["system", "light", "dark"] })
      .notNull()
      .default("system"),
    /** When the address was known to be the person's: by a mailed link, the owner's word or the identity provider's. */
    emailProvenAt: moment("email_proven_at"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("account_email_key").on(t.emailKey)],
);

export const organization = pgTable("organization", {
  id: integer("id").primaryKey(),
  name: text("name").notNull(),
  domain: text("domain").notNull().default("~"),
  memberApprovalRequired: boolean("member_approval_required").notNull().default(true),
  inviteLinkEnabled: boolean("invite_link_enabled").notNull().default(false),
  inviteLinkVersion: integer("invite_link_version").notNull().default(1),
  twoFactorRequired: boolean("two_factor_required").notNull().default(false),
  createdAt: createdAt(),
});

/** Role of an account in an organization; exactly one owner each. */
export const membership = pgTable(
  "membership",
  {
    orgId: integer("org_id")
      .notNull()
      .references(() => organization.id),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["owner", "auditor", "member"] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.accountId] }),
    uniqueIndex("membership_one_owner").on(t.orgId).where(sql`role = 'owner'`),
    index("membership_account").on(t.accountId),
    check("membership_role", sql`role in ('owner', 'auditor', 'member')`),
  ],
);

/** A signed-in browser. The cookie carries the id; only its SHA-256 is stored. */
export const session = pgTable(
  "session",
  {
    idHash: bytea("id_hash").primaryKey(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    lastSeenAt: moment("last_seen_at").notNull().default(sql`gurulog_now()`),
    /** Absolute end; the idle end is `last_seen_at` plus the configured hours. */
    expiresAt: moment("expires_at").notNull(),
    ip: inet("ip"),
    userAgent: text("user_agent"),
  },
  (t) => [index("session_account").on(t.accountId)],
);

/** A browser that has signed in to the account before: it stays outside the account's delay. */
export const knownBrowser = pgTable(
  "known_browser",
  {
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    tokenHash: bytea("token_hash").notNull(),
    createdAt: createdAt(),
    lastUsedAt: moment("last_used_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.tokenHash] })],
);

/** Growing delay after failed tries, per account (`account`) and per address (`address`). */
export const signInDelay = pgTable(
  "sign_in_delay",
  {
    kind: text("kind", { enum: ["account", "address"] }).notNull(),
    /** E-mail key of the account tried, or the address (/64 for IPv6); with a word before it where it has a rule of its own. */
    key: text("key").notNull(),
    failures: integer("failures").notNull().default(0),
    lastFailureAt: moment("last_failure_at").notNull(),
    blockedUntil: moment("blocked_until"),
  },
  (t) => [primaryKey({ columns: [t.kind, t.key] }), index("sign_in_delay_age").on(t.lastFailureAt)],
);

export const apiKey = pgTable(
  "api_key",
  {
    /** Public id; stands in events as target id and actor id. */
    id: id(),
    orgId: integer("org_id")
      .notNull()
      .references(() => organization.id),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** HMAC-SHA256 of the key under the pepper. */
    keyHash: bytea("key_hash").notNull(),
    /** Empty = all that the owner of the key may do. */
    scopes: text("scopes").array().notNull().default(sql`'{}'`),
    expiresAt: moment("expires_at"),
    createdAt: createdAt(),
    lastUsedAt: moment("last_used_at"),
  },
  (t) => [uniqueIndex("api_key_hash").on(t.keyHash), uniqueIndex("api_key_name").on(t.accountId, t.name)],
);

import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, id, moment } from "./columns";
import { guru } from "./gurus";

/** A channel, or a repository, in which the bot answers: every message (`auto`), or where it is mentioned (`manual`). */
interface KeptChannel {
  id: string;
  name: string;
  mode: "auto" | "manual";
}

/** What ties a guru to a service. */
export const integration = pgTable(
  "integration",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    type: text("type", {
      enum: ["SLACK", "DISCORD", "GITHUB", "JIRA", "CONFLUENCE", "ZENDESK"],
    }).notNull(),
    baseUrl: text("base_url").notNull(),
    accountName: text("account_name").notNull(),
    /** What `sealSecret` made of the form's fields, in the context of its guru and type. */
    credentials: bytea("credentials").notNull(),
    /** The key of the ring that closed it, by which a rotation finds what is left to do. */
    keyId: text("key_id").notNull(),
    /** Secrets of the guru that stand in the credentials as `{NAME}`. */
    secretNames: text("secret_names").array().notNull().default(sql`'{}'`),
    settings: jsonb("settings")
      .$type<{ accountId?: string; teamId?: string; contextPath?: string }>()
      .notNull()
      .default({}),
    channels: jsonb("channels").$type<KeptChannel[]>().notNull().default([]),
    directMessages: boolean("direct_messages").notNull().default(false),
    /** What was wrong with the service when it was last spoken to, in words; null = nothing. */
    trouble: text("trouble"),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [unique("integration_type").on(t.guruId, t.type), index("integration_key").on(t.keyId)],
);

/** Deliveries that were taken; the same one again is a replay. */
export const webhookDelivery = pgTable(
  "webhook_delivery",
  {
    integrationId: uuid("integration_id")
      .notNull()
      .references(() => integration.id, { onDelete: "cascade" }),
    deliveryId: text("delivery_id").notNull(),
    receivedAt: moment("received_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [
    primaryKey({ columns: [t.integrationId, t.deliveryId] }),
    index("webhook_delivery_received").on(t.receivedAt),
  ],
);

/** Where an answer goes, in the service's own ids. */
export interface MessagePlace {
  channel: string;
  /** Slack: the message the thread hangs on. Discord: the message replied to. GitHub: the number. */
  thread: string;
  /** The service's own time or id: an answer can only stand behind it. Grows while one looks for it. */
  after?: string;
}

/** A question that was put to a bot in a channel or an issue, until its answer stands there. */
export const botMessage = pgTable(
  "bot_message",
  {
    id: id(),
    integrationId: uuid("integration_id")
      .notNull()
      .references(() => integration.id, { onDelete: "cascade" }),
    /** The service's own id of the message: however often it is delivered, it is answered once. */
    externalId: text("external_id").notNull(),
    place: jsonb("place").$type<MessagePlace>().notNull(),
    question: text("question").notNull(),
    /** `posting`: a crash there leaves open whether the answer stands; whoever goes on looks first. */
    state: text("state", { enum: ["waiting", "answered", "posting", "posted", "failed"] })
      .notNull()
      .default("waiting"),
    answer: text("answer"),
    error: text("error"),
    attempts: integer("attempts").notNull().default(0),
    /** Who works on it: whoever finds another number here has been relieved and stops. */
    claim: integer("claim").notNull().default(0),
    /** When a worker may take it: later while one has it, or while the service wants a pause. */
    dueAt: moment("due_at").notNull().default(sql`gurulog_now()`),
    createdAt: createdAt(),
    finishedAt: moment("finished_at"),
  },
  (t) => [
    unique("bot_message_once").on(t.integrationId, t.externalId),
    index("bot_message_open").on(t.dueAt).where(sql`state in ('waiting', 'answered', 'posting')`),
    index("bot_message_finished").on(t.finishedAt).where(sql`finished_at is not null`),
  ],
);

/** How far a channel that has to be asked for news was read. */
export const channelPosition = pgTable(
  "channel_position",
  {
    integrationId: uuid("integration_id")
      .notNull()
      .references(() => integration.id, { onDelete: "cascade" }),
    channelId: text("channel_id").notNull(),
    lastId: text("last_id").notNull(),
    readAt: moment("read_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [primaryKey({ columns: [t.integrationId, t.channelId] })],
);

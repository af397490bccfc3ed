import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { itemKinds } from "../item-kinds";
import { account, organization } from "./accounts";
import { bytea, createdAt, id, moment } from "./columns";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

export const guru = pgTable(
  "guru",
  {
    id: id(),
    orgId: integer("org_id")
      .notNull()
      .references(() => organization.id),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    topics: text("topics").notNull().default(""),
    introText: text("intro_text").notNull().default(""),
    exampleQuestions: text("example_questions").array().notNull().default(sql`'{}'`),
    instructions: text("instructions").notNull().default(""),
    visibility: text("visibility", { enum: ["private", "organization"] })
      .notNull()
      .default("private"),
    logo: bytea("logo"),
    logoType: text("logo_type", { enum: ["image/png", "image/jpeg"] }),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("guru_slug").on(t.orgId, t.slug),
    check("guru_visibility", sql`visibility in ('private', 'organization')`),
  ],
);

/** Slugs of deleted gurus, reserved while events of theirs are kept. */
export const retiredGuru = pgTable(
  "retired_guru",
  {
    id: uuid("id").primaryKey(),
    orgId: integer("org_id").notNull(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    deletedAt: moment("deleted_at").notNull().default(sql`gurulog_now()`),
  },
  (t) => [index("retired_guru_slug").on(t.orgId, t.slug)],
);

export const guruRole = pgTable(
  "guru_role",
  {
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["maintainer", "viewer"] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.guruId, t.accountId] }),
    index("guru_role_account").on(t.accountId),
    check("guru_role_role", sql`role in ('maintainer', 'viewer')`),
  ],
);

/** What a repository is read with. The token itself is a secret of the guru; here stands its name. */
export interface SourceSettings {
  /** Names, and patterns in which `*` stands for anything; none = the host's default. */
  branches?: string[];
  /** Of a source from the time when each had one. */
  branch?: string;
  include?: string[];
  exclude?: string[];
  secret?: string;
  /** The commit whose files the present passages are of. */
  commit?: string;
  /** It was chosen by the name of a tag. */
  isTag?: true | undefined;
  /** Of what a backfill job brought in: the service's own id, what tells one state of it from another, and what its text is. */
  item?: { key: string; version: string; format: "html" | "markdown" };
  /** The same where there may be several branches. */
  heads?: { branch: string | null; commit: string; isTag?: true | undefined }[];
  /** Since when (ISO 8601, UTC) and why its host could not say whether there is something new, and how often it was asked. */
  unreached?: { since: string; reason: string; looks: number };
}

export const dataSource = pgTable(
  "data_source",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    kind: text("kind", {
      enum: ["WEBSITE", "TEXT", "PDF", "EXCEL", "WORD", "MARKDOWN", "FILE", "GITHUB_REPO", ...itemKinds],
    }).notNull(),
    title: text("title").notNull(),
    /** The text of a TEXT source, and of what a backfill job brought in. */
    content: text("content"),
    /** The upload a file came by; kept with the source, as reindexing reads it again. */
    uploadId: uuid("upload_id"),
    fileName: text("file_name"),
    /** Where a source of the network is read; `url_key` is what two ways of writing it have in common. */
    url: text("url"),
    urlKey: text("url_key"),
    settings: jsonb("settings").$type<SourceSettings>().notNull().default({}),
    /** When System looks whether there is something new; null = never. */
    nextReadAt: moment("next_read_at"),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull().default(0),
    sha256: bytea("sha256").notNull(),
    status: text("status", { enum: ["NOT_PROCESSED", "PROCESSING", "SUCCESS", "FAIL"] })
      .notNull()
      .default("NOT_PROCESSED"),
    /** Why it failed, in words for the user. */
    error: text("error"),
    passages: integer("passages").notNull().default(0),
    /** Bytes of the text already cut into passages, for the progress shown. */
    progressBytes: bigint("progress_bytes", { mode: "number" }).notNull().default(0),
    /** Pages, rows or files read so far and of how many; null where the kind has none of these, or nothing is known yet. */
    progressDone: integer("progress_done"),
    progressTotal: integer("progress_total"),
    progressNote: text("progress_note"),
    /** Where a crashed run goes on: of `run` the first `passages` are kept, and the rest is read from `at`. */
    resume: jsonb("resume").$type<{ run: number; passages: number; at: unknown }>(),
    /** Who works on the run: a worker that finds another number here has been relieved and stops. */
    runClaim: integer("run_claim").notNull().default(0),
    /** The newest run of the indexing; a run that finds another number here has been overtaken and stops. */
    indexRun: integer("index_run").notNull().default(0),
    /** The run whose passages are quoted; 0 = none yet. */
    shownRun: integer("shown_run").notNull().default(0),
    /** Runs begun since the source was last sent to be indexed, so that one that kills its process ends. */
    attempts: integer("attempts").notNull().default(0),
    /** Last sign of life of the run; a silent one has crashed. */
    heartbeatAt: moment("heartbeat_at").notNull().default(sql`gurulog_now()`),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().default(sql`gurulog_now()`),
    indexedAt: moment("indexed_at"),
  },
  (t) => [
    uniqueIndex("data_source_title").on(t.guruId, t.title),
    uniqueIndex("data_source_url").on(t.guruId, t.kind, t.urlKey).where(sql`url_key is not null`),
    index("data_source_due").on(t.nextReadAt).where(sql`next_read_at is not null`),
    uniqueIndex("data_source_upload").on(t.uploadId).where(sql`upload_id is not null`),
    index("data_source_repository").on(t.id).where(sql`kind = 'GITHUB_REPO'`),
    index("data_source_digest").on(t.guruId, t.sha256),
    index("data_source_waiting").on(t.heartbeatAt).where(sql`status in ('NOT_PROCESSED', 'PROCESSING')`),
  ],
);

/** A file on its way in: chunks arrive in order, `completed_at` is set when size and digest are known. */
export const upload = pgTable(
  "upload",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    accountId: uuid("account_id").notNull(),
    fileName: text("file_name").notNull(),
    /** What its bytes are; known once they are all there. */
    kind: text("kind", { enum: ["PDF", "EXCEL", "WORD", "MARKDOWN", "FILE"] }),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull().default(0),
    sha256: bytea("sha256"),
    createdAt: createdAt(),
    completedAt: moment("completed_at"),
  },
  (t) => [index("upload_account").on(t.accountId), index("upload_guru").on(t.guruId)],
);

export const uploadChunk = pgTable(
  "upload_chunk",
  {
    uploadId: uuid("upload_id")
      .notNull()
      .references(() => upload.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    data: bytea("data").notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.ordinal] })],
);

/** A quotable piece of a source, as Ask finds it. */
export const passage = pgTable(
  "passage",
  {
    dataSourceId: uuid("data_source_id")
      .notNull()
      .references(() => dataSource.id, { onDelete: "cascade" }),
    /** The run of the indexing that cut it; see `shown_run`. */
    run: integer("run").notNull(),
    ordinal: integer("ordinal").notNull(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    heading: text("heading").notNull().default(""),
    /** Where a person reads it at its origin; null for what was uploaded or typed. */
    url: text("url"),
    /** Where in the source it stands: "page 3", "Sheet 1, rows 2–51", "src/a.ts:10". */
    locator: text("locator"),
    content: text("content").notNull(),
    words: tsvector("words").generatedAlwaysAs(sql`to_tsvector('english', heading || ' ' || content)`),
  },
  (t) => [
    primaryKey({ columns: [t.dataSourceId, t.run, t.ordinal] }),
    index("passage_guru").on(t.guruId),
    index("passage_words").using("gin", t.guruId, t.words),
  ],
);

/** The distinct words of a source's passages, by which Ask finds what a misspelt word means. */
export const passageWord = pgTable(
  "passage_word",
  {
    dataSourceId: uuid("data_source_id")
      .notNull()
      .references(() => dataSource.id, { onDelete: "cascade" }),
    run: integer("run").notNull(),
    guruId: uuid("guru_id").notNull(),
    word: text("word").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.dataSourceId, t.run, t.word] }),
    index("passage_word_trigrams").using("gin", t.guruId, sql`word gin_trgm_ops`),
  ],
);

const outcomes = [
  "quoted",
  "written",
  "nothing_found",
  "search_timed_out",
  "not_answered",
  "stopped",
  "failed",
  "lost",
] as const;

/** What became of a question. */
export type QuestionOutcome = (typeof outcomes)[number];

const doors = ["ui", "api", "widget", "slack", "discord", "github"] as const;

/** By which way a question came in: our page, the HTTP API, a widget on somebody's site, or a bot of an integration. */
export type QuestionDoor = (typeof doors)[number];

/** How an answer that a model wrote came to its end. */
export interface AnswerEnd {
  outcome: QuestionOutcome;
  /** What was written, as far as it came. */
  text: string;
  /** Milliseconds from the question to the first word; null when none came. */
  startedMs: number | null;
  /** Milliseconds from the question to the end. */
  durationMs: number;
  /** 0 to 100; left out where nobody reckoned it. */
  trustScore?: number;
}

/** Who asked a question that is still being answered: what its event needs when the process that answers dies. */
export type AskedBy = { ip: string | null; userAgent: string | null; requestId: string | null } & (
  | { kind: "user" | "api_key"; email: string; key?: { id: string; name: string } }
  /** A visitor of a site with a widget; System for somebody in a channel. */
  | { kind: "anonymous" | "system" }
);

/** With the end where it could not be recorded yet; that alone where the person was erased. */
export type KeptAsker = (AskedBy | { kind?: undefined }) & { end?: AnswerEnd };

/** Questions asked, kept for analytics. */
export const question = pgTable(
  "question",
  {
    id: id(),
    guruId: uuid("guru_id")
      .notNull()
      .references(() => guru.id, { onDelete: "cascade" }),
    accountId: uuid("account_id"),
    door: text("door", { enum: doors }).notNull(),
    text: text("text").notNull(),
    answered: text("answered", { enum: ["yes", "no"] }).notNull(),
    /** Ids of the sources quoted. */
    references: jsonb("references").notNull(),
    durationMs: integer("duration_ms").notNull(),
    /** Null while a model writes the answer. */
    outcome: text("outcome", { enum: outcomes }),
    model: text("model"),
    answer: text("answer"),
    answerStartedMs: integer("answer_started_ms"),
    vote: text("vote", { enum: ["up", "down"] }),
    /** How far the sources bear the answer, 0 to 100; null while it is open, and for one of before this was reckoned. */
    trustScore: smallint("trust_score"),
    /** What an API's client holds several questions together by. */
    sessionId: uuid("session_id"),
    widgetId: uuid("widget_id"),
    askedBy: jsonb("asked_by").$type<KeptAsker>(),
    createdAt: createdAt(),
  },
  (t) => [
    index("question_asked").on(t.guruId, t.createdAt.desc(), t.id.desc()),
    index("question_unanswered")
      .on(t.guruId, t.createdAt.desc(), t.id.desc())
      .where(sql`answered = 'no' and outcome is not null`),
    index("question_text_trigrams").using("gin", t.guruId, sql`text gin_trgm_ops`),
    index("question_open").on(t.createdAt).where(sql`outcome is null`),
  ],
);

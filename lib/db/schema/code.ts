import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "./columns";
import { dataSource } from "./gurus";

/** A branch that is searched, or a tag that was chosen like one. */
export interface CodeHead {
  branch: string;
  commit: string;
  isDefault: boolean;
  isTag?: true | undefined;
}

/** A tag at a commit that is searched. */
export interface CodeTag {
  name: string;
  commit: string;
}

const ofSource = () =>
  uuid("source_id")
    .notNull()
    .references(() => dataSource.id, { onDelete: "cascade" });
const ofSegment = () =>
  bigint("segment_id", { mode: "number" })
    .notNull()
    .references(() => codeSegment.id, { onDelete: "cascade" });
const identity = () => bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity();

/** A repository whose code is searched, how it stands, and who works on its index. */
export const codeRepository = pgTable(
  "code_repository",
  {
    sourceId: uuid("source_id")
      .primaryKey()
      .references(() => dataSource.id, { onDelete: "cascade" }),
    guruId: uuid("guru_id").notNull(),
    /** What the API calls it by. */
    number: integer("number").generatedAlwaysAsIdentity(),
    /** "host/owner/name". */
    name: text("name").notNull(),
    webUrl: text("web_url"),
    /** What is searched; bit n of a file's branches is the nth of them. */
    heads: jsonb("heads").$type<CodeHead[]>().notNull().default([]),
    /** As the host told last; those whose commit is none of a head's name nothing. */
    tags: jsonb("tags").$type<CodeTag[]>().notNull().default([]),
    /** Of which tags nothing is known, in words. */
    tagsNote: text("tags_note"),
    /** What readers read; 0 = nothing yet. */
    generation: integer("generation").notNull().default(0),
    files: integer("files").notNull().default(0),
    bytes: bigint("bytes", { mode: "number" }).notNull().default(0),
    indexedAt: moment("indexed_at"),
    /** The default branch as the host told of it when this was indexed; empty = it has none. */
    defaultTold: text("default_told"),
    /** Why the last run failed, or what it had to leave out, in words. */
    problem: text("problem"),
    /** The settings of the source that the generation was made by; another value is what asks for a run. */
    basis: jsonb("basis").$type<unknown>(),
    /** Who works on it: whoever finds another number here has been relieved. */
    runClaim: integer("run_claim").notNull().default(0),
    running: boolean("running").notNull().default(false),
    /** Last sign of life of the run; a silent one has crashed. */
    heartbeatAt: moment("heartbeat_at").notNull().default(sql`gurulog_now()`),
    /** Runs begun since one ended well or a segment was kept. */
    attempts: integer("attempts").notNull().default(0),
    nextTryAt: moment("next_try_at"),
  },
  (t) => [index("code_repository_guru").on(t.guruId)],
);

/** Up to 4,096 parts of a source. Nothing of it changes once it is complete. */
export const codeSegment = pgTable(
  "code_segment",
  {
    id: identity(),
    sourceId: ofSource(),
    parts: integer("parts").notNull().default(0),
    files: integer("files").notNull().default(0),
    /** A power of two. */
    buckets: integer("buckets").notNull().default(1),
    complete: boolean("complete").notNull().default(false),
    /** What is written down in another form is written anew. */
    format: integer("format").notNull().default(1),
  },
  (t) => [index("code_segment_source").on(t.sourceId)],
);

/** Which parts of a segment have which key (lib/platform/code/postings.ts). */
export const codePosting = pgTable(
  "code_posting",
  { segmentId: ofSegment(), bucket: integer("bucket").notNull(), data: bytea("data").notNull() },
  (t) => [primaryKey({ columns: [t.segmentId, t.bucket] })],
);

/** A file; a reader at generation G sees those with `from` <= G and no `to`, or one > G. */
export const codeFile = pgTable(
  "code_file",
  {
    id: identity(),
    sourceId: ofSource(),
    segmentId: ofSegment(),
    /** Within the segment. */
    ordinal: integer("ordinal").notNull(),
    path: text("path").notNull(),
    /** As linguist calls it. */
    language: text("language"),
    /** Bit n = of heads[n]. */
    branches: integer("branches").notNull(),
    blob: text("blob").notNull(),
    /** Of its text in UTF-8, as it is kept. */
    bytes: integer("bytes").notNull(),
    lines: integer("lines").notNull(),
    firstPart: integer("first_part").notNull(),
    parts: integer("parts").notNull(),
    /** Of a file that is none of text there is this row alone, so that it is not read again; readers pass over it. */
    isText: boolean("is_text").notNull().default(true),
    fromGeneration: integer("from_generation").notNull(),
    toGeneration: integer("to_generation"),
  },
  (t) => [
    // A path may be longer than an index takes: asked for as md5(path) = md5(…) and path = ….
    index("code_file_path").on(t.sourceId, sql`md5(${t.path})`),
    index("code_file_segment").on(t.segmentId),
    index("code_file_ended").on(t.sourceId).where(sql`to_generation is not null`),
  ],
);

/** Whole lines of a file, about 16 kB of them. */
export const codePart = pgTable(
  "code_part",
  {
    segmentId: ofSegment(),
    ordinal: integer("ordinal").notNull(),
    fileOrdinal: integer("file_ordinal").notNull(),
    /** From 1. */
    firstLine: integer("first_line").notNull(),
    /** Of the text in UTF-8. */
    byteOffset: integer("byte_offset").notNull(),
    bytes: integer("bytes").notNull(),
    /** UTF-8, deflated (raw) without an end that is marked: several are inflated as one. */
    content: bytea("content").notNull(),
    /** [[line, column, name, kind, parent, length of the name], …] as JSON, deflated (raw); null = none. */
    symbols: bytea("symbols"),
  },
  (t) => [primaryKey({ columns: [t.segmentId, t.ordinal] })],
);

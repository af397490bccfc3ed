import { z } from "zod";

export const maxTitle = 200;
/** Bytes of a text typed into the form, whose whole body ends at 1 MiB and a little. */
export const maxContentBytes = 1_000_000;
/** Bytes of an uploaded file. */
export const maxFileBytes = 100 * 1024 * 1024;
/** Every kind of source, with its name for people. */
export const sourceKinds = {
  WEBSITE: "Website",
  TEXT: "Text",
  PDF: "PDF",
  EXCEL: "Excel",
  WORD: "Word",
  MARKDOWN: "Markdown",
  FILE: "Plain file",
  GITHUB_REPO: "Repository",
  JIRA: "Jira",
  CONFLUENCE: "Confluence",
  ZENDESK: "Zendesk",
  SLACK: "Slack",
  DISCORD: "Discord",
  GITHUB_ISSUE: "GitHub issue",
} as const;

/** Where a source can stand, with the words of its badge. */
export const sourceStatuses = {
  NOT_PROCESSED: "Waiting",
  PROCESSING: "Indexing",
  SUCCESS: "Indexed",
  FAIL: "Failed",
} as const;

export const fileEndings = [
  ".pdf",
  ".docx",
  ".xlsx",
  ".md",
  ".markdown",
  ".txt",
  ".csv",
  ".tsv",
  ".json",
  ".yaml",
  ".yml",
  ".log",
  ".rst",
  ".adoc",
] as const;
/** Said of every other name, in the browser and here. */
export const wrongEnding = `Only these files can be added: ${fileEndings.join(", ")}. Save older Word and Excel files, and those with macros, as .docx and .xlsx.`;
/** Sources that one bulk act takes at a time. */
const maxSelection = 1_000;

const guru = z.string().min(1).max(64);
const title = z
  .string("Give the source a title.")
  .trim()
  .min(1, "Give the source a title.")
  .max(maxTitle, `A title has at most ${maxTitle} characters.`);
/** Browsers send every line end of a text area as CR LF: without this, sending the same text again would be a change. */
const content = z
  .string("Give the source some content.")
  .transform((text) => text.replaceAll("\r\n", "\n"))
  .refine((text) => text.trim() !== "", "Give the source some content.")
  .refine(
    (text) => new TextEncoder().encode(text).length <= maxContentBytes,
    "The content has at most 1 MB. Upload longer texts as a file.",
  );

export const addTextSourceInput = z.strictObject({ guru, title, content });

export const addFileSourceInput = z.strictObject({
  guru,
  uploadId: z.uuid("Upload the file first."),
  /** Empty = the file's name. */
  title: z.preprocess((v) => (typeof v === "string" && v.trim() === "" ? undefined : v), title.optional()),
});

const asList = (v: unknown) => (v === undefined || v === "" ? [] : Array.isArray(v) ? v : [v]);
const ids = z.preprocess(
  asList,
  z
    .array(z.uuid("This is no source's id. Reload the page."))
    .min(1, "Choose at least one source.")
    .max(maxSelection, `Choose at most ${maxSelection} sources at a time.`)
    .transform((list) => [...new Set(list.map((id) => id.toLowerCase()))]),
);

export const selectedSourcesInput = z.strictObject({ guru, ids });

/** What a file can be uploaded for. */
export const uploadUses = ["source", "excel-job"] as const;
export type UploadUse = (typeof uploadUses)[number];

const fileName = z
  .string("Name the file.")
  .trim()
  .min(1, "Name the file.")
  .max(maxTitle, `A file's name has at most ${maxTitle} characters. Rename the file.`);

/** What is sent beside the bytes of a workbook for an Excel job. */
export const workbookFacts = z.strictObject({
  guru,
  fileName: fileName.refine(
    (name) => name.toLowerCase().endsWith(".xlsx"),
    "An Excel job takes .xlsx workbooks alone. Save older ones, and those with macros, as .xlsx.",
  ),
});

/** What is sent beside the bytes of an upload. */
export const uploadFacts = z.strictObject({
  guru,
  fileName: fileName.refine(
    (name) => fileEndings.some((ending) => name.toLowerCase().endsWith(ending)),
    wrongEnding,
  ),
});

const oneOf = <K extends string>(names: Record<K, string>) =>
  z
    .enum(Object.keys(names) as [K, ...K[]])
    .optional()
    .catch(undefined);
const once = z.string().optional().catch(undefined);

/** The address of the list: what it does not know, or is given twice, is as if it were not there. */
export const sourceListQuery = z.object({
  before: once,
  kind: oneOf(sourceKinds),
  status: oneOf(sourceStatuses),
  search: once.transform((text) => text?.trim().slice(0, maxTitle) || undefined),
});
export type SourceListQuery = z.infer<typeof sourceListQuery>;

import { z } from "zod";

export const maxTitle = 200;
/** Bytes of a text typed into the form, whose whole body ends at 1 MiB and a little. */
export const maxContentBytes = 1_000_000;
/** Bytes of an uploaded file. */
export const maxFileBytes = 100 * 1024 * 1024;
export const fileEndings = [".txt", ".md", ".markdown"] as const;
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

/** What is sent beside the bytes of an upload. */
export const uploadFacts = z.strictObject({
  guru,
  fileName: z
    .string("Name the file.")
    .trim()
    .min(1, "Name the file.")
    .max(maxTitle, `A file's name has at most ${maxTitle} characters. Rename the file.`)
    .refine(
      (name) => fileEndings.some((ending) => name.toLowerCase().endsWith(ending)),
      "Only plain text and Markdown files can be added: .txt, .md and .markdown.",
    ),
});

import { z } from "zod";

const name = z.string().min(1, "Send repository.").max(1_000);
/** What no database can hold names nothing. */
const text = (field: string, most: number) =>
  z
    .string()
    .max(most, `${field} is too long.`)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), `${field} is not valid text.`);

/** A folder that the tree is opened at; "" is the root. */
export const folderQuestion = z.strictObject({
  repository: name.pipe(text("repository", 1_000)),
  revision: text("revision", 1_000).nullable(),
  folder: text("folder", 4_096),
});
export type FolderQuestion = z.output<typeof folderQuestion>;

/** The symbol under the pointer. */
export const previewQuestion = z.strictObject({
  repository: name.pipe(text("repository", 1_000)),
  revision: text("revision", 1_000).nullable(),
  language: text("language", 100).nullable(),
  symbol: z.string().min(1, "Send symbol.").pipe(text("symbol", 500)),
});
export type PreviewQuestion = z.output<typeof previewQuestion>;

import type { FileContent } from "./content-check";

type FileKind = "PDF" | "EXCEL" | "WORD" | "MARKDOWN" | "FILE";

const what: Record<FileContent, string> = {
  text: "plain text",
  PDF: "a PDF",
  EXCEL: "an Excel workbook",
  WORD: "a Word document",
};

/** What a name promises; anything else is plain text. */
const promised: [RegExp, FileContent][] = [
  [/\.pdf$/i, "PDF"],
  [/\.xlsx$/i, "EXCEL"],
  [/\.docx$/i, "WORD"],
];

/**
 * The kind of source that a file becomes: its content decides, and its name must not say otherwise.
 * @returns the kind, or what is wrong, for the person
 */
export function kindOfFile(fileName: string, content: FileContent): { kind: FileKind } | { problem: string } {
  const [, expected = "text"] = promised.find(([ending]) => ending.test(fileName)) ?? [];
  if (expected !== content) {
    return {
      problem: `By its name this file is ${what[expected]}, but what is in it is ${what[content]}. Rename it if that is right, and upload it again.`,
    };
  }
  if (content !== "text") return { kind: content };
  return { kind: /\.(md|markdown)$/i.test(fileName) ? "MARKDOWN" : "FILE" };
}

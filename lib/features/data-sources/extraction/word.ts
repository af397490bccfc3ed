import mammoth from "mammoth";
import { z } from "zod";
import { Unreadable } from "../indexing/text-piece";
import type { Extracted } from "./extracted";
import { officeParts } from "./office-parts";

/** Characters after which a piece ends, at a paragraph. */
const pieceLength = 32 * 1024;

const resume = z.object({ paragraph: z.number().int().nonnegative() });

/** A node of the library's document, as far as it is looked at here. */
interface Node {
  type: string;
  children?: Node[];
  value?: string;
  styleId?: string | null;
  styleName?: string | null;
  numbering?: { level?: string | number } | null;
  /** Of a reference to a footnote or an endnote. */
  noteType?: string;
  noteId?: string;
}

interface Document extends Node {
  notes: { resolve(reference: Node): { body: Node[] } | null | undefined };
}

/**
 * The text of a Word document (.docx) with its headings, lists, tables and notes, as Markdown.
 * @param resumeAt `{paragraph}`, counted from 0: the first to be read; anything else = the first of all
 * @throws Unreadable for what is protected, damaged, no document, or hostile
 */
export async function* wordText(file: Buffer, resumeAt: unknown): AsyncGenerator<Extracted> {
  const blocks = await blocksOf(await officeParts(file));
  const total = blocks.length;
  let text = "";
  for (let at = resume.safeParse(resumeAt).data?.paragraph ?? 0; at < total; at++) {
    text += `${blocks[at]}\n\n`;
    if (text.length < pieceLength && at < total - 1) continue;
    const done = at + 1;
    const note = `paragraph ${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`;
    yield { text, done, total, note, resumeAt: { paragraph: done } };
    text = "";
  }
}

/** The paragraphs and tables of a document, each as text. */
async function blocksOf(file: Buffer): Promise<string[]> {
  const blocks: string[] = [];
  const transformDocument = (document: Document): Node => {
    const children = document.children ?? [];
    const seen = new Set<string>();
    for (const node of children) putNotesIn(node, document.notes, seen);
    for (const node of children) {
      const block = blockText(node);
      if (block.trim() !== "") blocks.push(block);
    }
    // The page that the library would make of it is not needed.
    return { ...document, children: [] };
  };
  try {
    await mammoth.convertToHtml(
      { buffer: file },
      { transformDocument, includeEmbeddedStyleMap: false, externalFileAccess: false },
    );
  } catch {
    throw new Unreadable(
      "This Word document is damaged and cannot be read. Open it in Word, save it anew as .docx and upload that.",
    );
  }
  return blocks;
}

/**
 * Puts each note's text in the place of the reference to it. A note stands once, however often it is referred to, and no
 * note within a note: a small file could be made endless by either.
 */
function putNotesIn(node: Node, notes: Document["notes"], seen: Set<string>): void {
  for (const child of node.children ?? []) {
    if (child.type !== "noteReference") {
      putNotesIn(child, notes, seen);
      continue;
    }
    const key = `${child.noteType} ${child.noteId}`;
    const text = seen.has(key) ? "" : (notes.resolve(child)?.body ?? []).map(blockText).join(" ").trim();
    seen.add(key);
    if (text !== "") Object.assign(child, { type: "text", value: ` [${text}]` });
  }
}

function blockText(node: Node): string {
  if (node.type === "table") return (node.children ?? []).map(rowText).join("\n");
  const text = inlineText(node).trim();
  if (text === "") return "";
  const level = headingLevel(node);
  // A heading is one line, whatever breaks are in it.
  if (level > 0) return `${"#".repeat(level)} ${text.replaceAll(/\s+/g, " ")}`;
  if (node.numbering) return `${"  ".repeat(Number(node.numbering.level ?? 0))}- ${text}`;
  return text;
}

function rowText(row: Node): string {
  const cells = (row.children ?? []).map((cell) =>
    (cell.children ?? []).map(blockText).join(" ").replaceAll(/\s+/g, " ").trim(),
  );
  return cells.join(" | ");
}

function inlineText(node: Node): string {
  if (node.type === "text") return node.value ?? "";
  if (node.type === "tab") return "\t";
  if (node.type === "break") return "\n";
  return (node.children ?? []).map(inlineText).join("");
}

/** 1 to 6, or 0 for a paragraph that is no heading. Word keeps the English name of its own styles in every language. */
function headingLevel({ styleName, styleId }: Node): number {
  if (/^title$/i.test(styleName ?? "")) return 1;
  const found = /^heading ?([1-9])$/i.exec(styleName ?? styleId ?? "");
  return found ? Math.min(6, Number(found[1])) : 0;
}

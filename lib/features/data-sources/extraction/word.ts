import mammoth from "mammoth";
import { z } from "zod";
import { officeArchive } from "@/lib/platform/office/office-parts";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import type { Extracted } from "./extracted";
import { HeadingPath } from "./heading-path";

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

/** A paragraph or a table. */
interface Block {
  /** Of a heading, 1 to 6; 0 for anything else. */
  level: number;
  text: string;
}

/**
 * The text of a Word document (.docx) with its lists, tables and notes, under the headings that it stands under.
 * @param resumeAt `{paragraph}`, counted from 0: the first to be read; anything else = the first of all
 * @throws Unreadable for what is protected, damaged, no document, or hostile
 */
export async function* wordText(file: Buffer, resumeAt: unknown): AsyncGenerator<Extracted> {
  const blocks = await blocksOf(await officeArchive(file));
  const total = blocks.length;
  const from = resume.safeParse(resumeAt).data?.paragraph ?? 0;
  const headings = new HeadingPath();
  let text = "";
  const piece = (done: number): Extracted => ({
    text,
    ...(headings.text === "" ? {} : { heading: headings.text }),
    done,
    total,
    note: `paragraph ${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`,
    resumeAt: { paragraph: done },
  });
  for (const [at, block] of blocks.entries()) {
    // What lies before was kept; of it the headings alone are needed.
    const isFresh = at >= from;
    if (block.level > 0) {
      text ||= at > from ? headings.leftBareBy(block.level) : "";
      if (text !== "") yield piece(at);
      text = "";
      headings.enter(block.level, block.text);
      continue;
    }
    headings.hasText();
    if (isFresh) text += `${block.text}\n\n`;
    if (text.length < pieceLength) continue;
    yield piece(at + 1);
    text = "";
  }
  text ||= total > from ? headings.leftBareBy(1) : "";
  if (text !== "") yield piece(total);
}

/** The paragraphs and tables of a document that hold some text. */
async function blocksOf(file: Buffer): Promise<Block[]> {
  const blocks: Block[] = [];
  const transformDocument = (document: Document): Node => {
    const children = document.children ?? [];
    const seen = new Set<string>();
    for (const node of children) putNotesIn(node, document.notes, seen);
    for (const node of children) {
      const level = node.type === "table" ? 0 : headingLevel(node);
      const text = blockText(node);
      // A heading is one line, whatever breaks are in it.
      if (text.trim() !== "") blocks.push({ level, text: level > 0 ? text.replaceAll(/\s+/g, " ") : text });
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
  if (node.numbering && headingLevel(node) === 0)
    return `${"  ".repeat(Number(node.numbering.level ?? 0))}- ${text}`;
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

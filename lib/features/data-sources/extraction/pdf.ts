import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { protectedFile } from "@/lib/platform/office/office-parts";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import type { Extracted } from "./extracted";

const resume = z.object({ page: z.number().int().positive() });

/**
 * The text of a PDF (ISO 32000), a page at a time, in the order in which the file has it. Nothing in the file is run, and
 * nothing is loaded from elsewhere.
 * @param file its bytes; they belong to the library from here on
 * @param resumeAt `{page}`, the first page to be read; anything else = the first of all
 * @throws Unreadable for what is protected, damaged or no PDF
 */
export async function* pdfText(file: Buffer, resumeAt: unknown): AsyncGenerator<Extracted> {
  const document = await opened(file);
  const total = document.numPages;
  const first = resume.safeParse(resumeAt).data?.page ?? 1;
  for (let number = first; number <= total; number++) {
    const text = await pageText(document, number);
    yield {
      text,
      locator: `page ${number}`,
      done: number,
      total,
      note: `page ${number.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`,
      resumeAt: { page: number + 1 },
    };
  }
  await document.loadingTask.destroy();
}

async function opened(file: Buffer) {
  // The library makes one of these when it is loaded, for drawing alone; Node has none.
  const globals = globalThis as { DOMMatrix?: unknown };
  globals.DOMMatrix ??= class {};
  const { getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const folder = path.dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  try {
    return await getDocument({
      data: new Uint8Array(file.buffer, file.byteOffset, file.byteLength),
      // Tables by which the letters of East Asian fonts are known; part of the package.
      cMapUrl: `${path.join(folder, "cmaps")}${path.sep}`,
      cMapPacked: true,
      isEvalSupported: false,
      enableXfa: false,
      disableFontFace: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      verbosity: 0,
    }).promise;
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") throw protectedFile();
    throw new Unreadable(
      "This PDF is damaged and cannot be read. Open it, save it anew and upload it again.",
    );
  }
}

async function pageText(document: Awaited<ReturnType<typeof opened>>, number: number): Promise<string> {
  try {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return items.map((item) => ("str" in item ? `${item.str}${item.hasEOL ? "\n" : ""}` : "")).join("");
  } catch {
    throw new Unreadable(
      `Page ${number} of this PDF is damaged and cannot be read. Open the file, save it anew and upload it again.`,
    );
  }
}

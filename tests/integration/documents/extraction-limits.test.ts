import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createDeflate } from "node:zlib";
import { describe, expect, it } from "vitest";
import { extractApart } from "@/lib/features/data-sources/extraction/extract-apart";
import { readingLimits } from "@/lib/platform/reading-apart/limits";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { makeWorkbook } from "@/tests/support/documents/office";
import { makePdf } from "@/tests/support/documents/pdf";
import { extract, withDocumentProduct } from "./document-harness";

withDocumentProduct();

const mib = 1024 * 1024;
const signal = new AbortController().signal;

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** So many MiB of a page's operators, deflated. They are never in this process as a whole: its memory is measured. */
function packedOperators(mebibytes: number): Promise<Buffer> {
  const piece = Buffer.alloc(mib, "q Q ");
  const pieces = Readable.from(Array.from({ length: mebibytes }, () => piece));
  return buffer(pieces.pipe(createDeflate()));
}

/** The name and the words with which an extraction ends. */
async function endOf(extraction: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await extraction;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
  }
  throw new Error("it went well");
}

describe("the limits of an extraction", () => {
  it("ends one that inflates a page beyond its memory, while this process grows by little", async () => {
    const bomb = makePdf([["A page."]], { packedContent: await packedOperators(400) });
    expect(bomb.length).toBeLessThan(4 * mib);
    // What the first extraction of all takes (bundling) is none of the bomb's.
    expect(await extract("PDF", makePdf([["A page."]]))).toHaveLength(1);
    const before = process.memoryUsage().rss;
    const end = await endOf(extract("PDF", bomb, { ...readingLimits, memoryBytes: 300 * mib }));
    expect(end).toEqual({
      name: "Unreadable",
      message: expect.stringContaining("more memory than is allowed (300 MB)"),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * mib);
  }, 120_000);

  it("ends a workbook that is larger than its memory", async () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => [`Bank ${n}`, `Branch ${n}`, n, n / 3]);
    const bytes = makeWorkbook({ Rates: rows });
    const end = await endOf(extract("EXCEL", bytes, { ...readingLimits, memoryBytes: 140 * mib }));
    expect(end).toEqual({ name: "Unreadable", message: expect.stringContaining("more memory") });
  }, 60_000);

  it("ends one that gives nothing for too long, and one that takes too long in all", async () => {
    const bytes = makePdf(Array.from({ length: 50 }, (_, n) => [`Page ${n}`]));
    const limits = { ...readingLimits, pieceMs: 150_000, wholeMs: 2_400_000 };
    for (const [limit, words] of [
      [{ pieceMs: 1 }, "stood still at one part for longer than is allowed (1 min)"],
      [{ wholeMs: 1 }, "takes longer than is allowed (1 min)"],
      [{ pieceMs: 2, wholeMs: 1 }, "takes longer than is allowed (1 min)"],
    ] as const) {
      const end = await endOf(extract("PDF", bytes, { ...limits, ...limit }));
      expect(end).toEqual({ name: "Unreadable", message: expect.stringContaining(words) });
    }
  });

  it("passes on in short pieces what one page has in one", async () => {
    const line = "The gateway keeps a journal. ".repeat(40);
    const bytes = makePdf([Array.from({ length: 400 }, () => line)], { box: [0, -6_000, 8_000, 842] });
    const pieces = await extract("PDF", bytes);
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(piece.text.length).toBeLessThanOrEqual(64 * 1024);
    expect(pieces.filter((piece) => piece.resumeAt)).toEqual([pieces.at(-1)]);
    expect(
      pieces
        .map((piece) => piece.text)
        .join("")
        .split("journal").length,
    ).toBe(400 * 40 + 1);
  });

  it("ends with whoever gave it up", async () => {
    const bytes = makePdf(Array.from({ length: 200 }, (_, n) => [`Page ${n + 1}`]));
    const task = { kind: "PDF", sizeBytes: bytes.length, resumeAt: { page: 150 } } as const;
    const reading = extractApart(task, once(bytes), signal);
    const first = await reading.next();
    expect(first.value).toMatchObject({ locator: "page 150", done: 150, total: 200 });
    // Ends the process, or this would wait for it for ever.
    await reading.return(undefined);
    const stopping = new AbortController();
    const stopped = extractApart(task, once(bytes), stopping.signal);
    await stopped.next();
    stopping.abort();
    const end = await endOf(
      (async () => {
        for await (const piece of stopped) expect(piece.done).toBeLessThanOrEqual(200);
      })(),
    );
    expect(end.name).toBe("AbortError");
  });

  it("tells a file that is not there whole from one that is damaged", async () => {
    const bytes = makePdf([["A page."]]);
    async function* broken(): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 10);
      throw new Unreadable("A part is missing.");
    }
    const task = { kind: "PDF", sizeBytes: bytes.length, resumeAt: null } as const;
    const end = await endOf(extractApart(task, broken(), signal).next());
    expect(end).toEqual({ name: "Unreadable", message: "A part is missing." });
    const short = extractApart(task, once(bytes.subarray(0, 10)), signal).next();
    expect(await endOf(short)).toEqual({ name: "Error", message: "the reader ended without an answer" });
  });
});

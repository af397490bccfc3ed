import { afterEach, describe, expect, it } from "vitest";
import { PageBeyondLimits, PageReader } from "@/lib/features/data-sources/pages/page-reader";
import { readPageApart } from "@/lib/features/data-sources/pages/read-page-apart";
import { readerScript } from "@/lib/platform/reading-apart/script";
import { withDocumentProduct } from "./document-harness";

withDocumentProduct();

const readers: PageReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.end();
});

const page = (title: string, body: string) => ({
  url: "https://docs.example.com/",
  html: `<title>${title}</title><main><p>${body}</p></main>`,
});
const never = () => new AbortController().signal;
/** Blanks that a trimming expression walks over again and again. */
const hanging = {
  url: "https://docs.example.com/",
  html: `<main><pre>${" ".repeat(3_000_000)}x</pre></main>`,
};
async function started(computingS = 60): Promise<PageReader> {
  const limits = { heapMiB: 512, computingS };
  const reader = new PageReader(await readerScript("extract-page"), limits);
  readers.push(reader);
  return reader;
}

describe("a process that reads pages", () => {
  it("reads one after the other, each with its own text, and says what it has computed", async () => {
    const reader = await started();
    const first = await reader.read(page("Lamps", "A lamp\u2028 of\nthree lines"));
    const computedS = reader.computedS;
    const large = await reader.read(page("Moorings", "mooring ".repeat(300_000)));
    const last = await reader.read(page("Quays", "A quay"));
    expect([first.title, large.title, last.title]).toEqual(["Lamps", "Moorings", "Quays"]);
    expect(large.markdown).toHaveLength("mooring ".length * 300_000 - 1);
    expect(last.markdown).toBe("A quay");
    expect(computedS).toBeGreaterThan(0);
    expect(reader.computedS).toBeGreaterThan(computedS);
    expect(reader.isAlive).toBe(true);
  });

  it("reads a page of control characters, which JSON would write six times as long", async () => {
    const reader = await started();
    const { markdown } = await reader.read(page("Signs", `\u0001"\\ø😀${"\u0001".repeat(1_000_000)}\r\nend`));
    expect(markdown.startsWith('\u0001"')).toBe(true);
    expect(markdown).toContain("ø😀");
    expect(markdown.split("\u0001")).toHaveLength(1_000_002);
    expect(markdown.endsWith("end")).toBe(true);
  });

  it("is gone after a page that was too much for it", async () => {
    const reader = await started(1);
    await expect(reader.read(hanging)).rejects.toThrow(PageBeyondLimits);
    await reader.end();
    expect(reader.isAlive).toBe(false);
  });
});

describe("reading a page apart", () => {
  it("goes on with the next page after one that hangs and one that was given up", async () => {
    const read = async (body: string) => (await readPageApart(page("Page", body), never())).markdown;
    expect(await read("first")).toBe("first");
    await expect(readPageApart(hanging, never(), 1_000)).rejects.toThrow(/too large inside/);
    expect(await read("second")).toBe("second");
    const stopping = new AbortController();
    const given = readPageApart(hanging, stopping.signal);
    stopping.abort(new Error("stopping"));
    await expect(given).rejects.toThrow("stopping");
    expect(await read("third")).toBe("third");
  });

  it("reads pages at the same time, none with another's text", async () => {
    const bodies = Array.from({ length: 6 }, (_, n) => `text ${n}`);
    const all = bodies.map((body) => readPageApart(page("Page", body), never()));
    expect((await Promise.all(all)).map((content) => content.markdown)).toEqual(bodies);
  });
});

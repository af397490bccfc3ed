import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { framed, type PageTask, tasksIn } from "./page-frame";

async function* inPieces(bytes: Buffer, lengths: number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let n = 0; at < bytes.length; n += 1) {
    const end = at + (lengths[n % lengths.length] ?? bytes.length);
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function tasksOf(pieces: AsyncGenerator<Buffer>): Promise<PageTask[]> {
  const tasks: PageTask[] = [];
  for await (const task of tasksIn(pieces)) tasks.push(task);
  return tasks;
}

describe("what the process that reads pages is sent", () => {
  it("comes out as it went in, however the pipe cuts it", async () => {
    const text = fc.string({ unit: "binary", maxLength: 300 }).map((one) => one.toWellFormed());
    const task = fc.record({ url: text, html: text });
    const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 5 }), cuts, async (tasks, lengths) => {
        const sent = Buffer.concat(tasks.map(framed));
        expect(await tasksOf(inPieces(sent, lengths))).toEqual(tasks);
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it("takes no more room than the page, whatever it is made of", () => {
    const url = "https://docs.example.com/";
    for (const sign of ["\u0001", '"', "\n", "ø"]) {
      const html = sign.repeat(1_000_000);
      expect(framed({ url, html })).toHaveLength(8 + url.length + Buffer.byteLength(html));
    }
  });

  it("is nothing where the sender is gone midway", async () => {
    const sent = framed({ url: "https://docs.example.com/", html: "<p>whole" });
    for (const length of [0, 3, 8, sent.length - 1])
      expect(await tasksOf(inPieces(sent.subarray(0, length), [5]))).toEqual([]);
  });
});

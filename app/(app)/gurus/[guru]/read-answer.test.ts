import fc from "fast-check";
import { expect, it } from "vitest";
import type { Answer, AnswerLine } from "@/lib/features/ask/schemas";
import { propertyRuns } from "@/tests/support/property-runs";
import { answerLines, withLine } from "./read-answer";

const found: Answer = {
  questionId: "q",
  guru: { id: "g", slug: "g", name: "G" },
  door: "ui",
  question: "?",
  quotes: [],
  text: "",
  outcome: null,
  note: null,
  durationMs: 1,
  trustScore: null,
  model: null,
  sessionId: null,
};

const bodyOf = (pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

async function read(pieces: Uint8Array[]): Promise<Answer | null> {
  let answer: Answer | null = null;
  for await (const line of answerLines(bodyOf(pieces))) answer = withLine(answer, line);
  return answer;
}

it("puts the lines together, wherever the body is cut into pieces and however long it was silent", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "binary" })),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 0, max: 3 }),
      async (texts, size, silent) => {
        const lines: AnswerLine[] = [
          { type: "found", answer: found },
          ...texts.map((text): AnswerLine => ({ type: "text", text })),
          { type: "end", outcome: "written", note: null, durationMs: 9, trustScore: 50 },
        ];
        const silence = "\n".repeat(silent);
        const text = lines.map((line) => `${silence}${JSON.stringify(line)}\n`).join("");
        const bytes = new TextEncoder().encode(text + silence);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.slice(at * size, (at + 1) * size),
        );
        expect(await read(pieces)).toEqual({
          ...found,
          text: texts.join(""),
          outcome: "written",
          durationMs: 9,
          trustScore: 50,
        });
      },
    ),
    { numRuns: propertyRuns(50) },
  );
});

it("leaves a line that was cut away, so that a broken answer stays open", async () => {
  const text = `${JSON.stringify({ type: "found", answer: found })}\n{"type":"text","text":"half a`;
  expect(await read([new TextEncoder().encode(text)])).toEqual(found);
  expect(await read([])).toBeNull();
});

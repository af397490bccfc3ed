import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import type { Quote } from "../schemas";
import { promptOf } from "./prompt";

const quote = (text: string, more: Partial<Quote> = {}): Quote => ({
  sourceId: "s",
  kind: "TEXT",
  title: "T",
  heading: "",
  ordinal: 0,
  url: null,
  locator: null,
  segments: [
    { text: text.slice(0, 3), hit: true },
    { text: text.slice(3), hit: false },
  ],
  ...more,
});

it("keeps a question and passages apart, whatever stands in them", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(fc.string({ unit: "binary" })), (question, texts) => {
      const messages = promptOf(
        { name: "G", instructions: "" },
        question,
        texts.map((text) => quote(text)),
      );
      expect(messages.map((message) => message.role)).toEqual(["system", "user"]);
      const sent = JSON.parse(messages[1]?.content ?? "") as {
        question: string;
        passages: { text: string }[];
      };
      expect(sent.question).toBe(question);
      expect(sent.passages.map((passage) => passage.text)).toEqual(texts.map((text) => text.toWellFormed()));
    }),
    { numRuns: propertyRuns(100) },
  );
});

it("numbers the passages from 1, says where they stand, and cuts what is far too long", () => {
  const [, user] = promptOf({ name: "G", instructions: "" }, "?", [
    quote("short", { heading: "H", locator: "page 3" }),
    quote("x".repeat(20_000)),
  ]);
  const { passages } = JSON.parse(user?.content ?? "") as { passages: { text: string }[] };
  expect(passages[0]).toEqual({ number: 1, title: "T", heading: "H", place: "page 3", text: "short" });
  expect(passages[1]?.text).toHaveLength(8_000);
});

it("says the guru's instructions as a quotation, and nothing of them where there are none", () => {
  const of = (instructions: string) =>
    promptOf({ name: 'The "docs"', instructions }, "?", [])[0]?.content ?? "";
  expect(of(' Say "please".\nAlways. ')).toContain('ask for this as well: "Say \\"please\\".\\nAlways."');
  expect(of("  ")).not.toContain("maintainers");
  expect(of("")).toContain('the knowledge base "The \\"docs\\""');
});

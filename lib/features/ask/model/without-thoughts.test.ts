import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import type { ModelEnd } from "./model-text";
import { withoutThoughts } from "./without-thoughts";

async function* pieces(texts: readonly string[], end: ModelEnd): AsyncGenerator<string, ModelEnd> {
  for (const text of texts) yield text;
  return end;
}

async function through(texts: readonly string[], end: ModelEnd = "done") {
  const out: string[] = [];
  const read = withoutThoughts(pieces(texts, end));
  for (;;) {
    const step = await read.next();
    if (step.done) return { out, text: out.join(""), end: step.value };
    out.push(step.value);
  }
}

it.each([
  ["Run it [1].", "Run it [1]."],
  ["<think>They ask how.</think>\n\nRun it.", "Run it."],
  ["\n<think></think>Run it.", "Run it."],
  ["<think>a</think>", ""],
  ["<think>a</think> \n", ""],
  ["<th", "<th"],
  ["<thing> Run it.", "<thing> Run it."],
  ["<think> is a tag.", "<think> is a tag."],
  ["Run it. <think>no</think>", "Run it. <think>no</think>"],
  ["", ""],
])("%j is %j", async (text, left) => {
  expect((await through([text])).text).toBe(left);
});

it("of thoughts that the limit ends nothing is left; text before the limit is", async () => {
  expect(await through(["<think>They", " ask"], "limit")).toEqual({ out: [], text: "", end: "limit" });
  expect(await through(["Half"], "limit")).toEqual({ out: ["Half"], text: "Half", end: "limit" });
  expect((await through(["<thi"], "limit")).text).toBe("<thi");
});

it("text is not held back, whether thoughts came before it or not", async () => {
  expect((await through(["Run ", "it."])).out).toEqual(["Run ", "it."]);
  expect((await through(["<think>", "a", "</think>", "Run ", "it."])).out).toEqual(["Run ", "it."]);
});

it("is the same however the text is cut", async () => {
  const part = fc.constantFrom("<think>", "</think>", "<", "</th", "ink>", "a", " ", "\n", ">");
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.nat(40), { maxLength: 8 }),
      async (parts, cuts) => {
        const text = parts.join("");
        const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const cut = at.slice(1).map((end, n) => text.slice(at[n], end));
        const whole = await through([text]);
        const inPieces = await through(cut);
        expect(inPieces.text).toBe(whole.text);
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});

it("lets go of the model when nobody reads on", async () => {
  let isLeft = false;
  async function* endless(): AsyncGenerator<string, ModelEnd> {
    try {
      for (;;) yield "word ";
    } finally {
      isLeft = true;
    }
  }
  for await (const text of withoutThoughts(endless())) {
    expect(text).toBe("word ");
    break;
  }
  expect(isLeft).toBe(true);
});

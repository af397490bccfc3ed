import "server-only";
import { around } from "@/lib/gate/around";
import { type Answer, askGuruInput } from "../schemas";
import { writeAnswer } from "../write-answer";
import { beginAnswer } from "./begin-answer";

/**
 * Milliseconds from the question to the answer's last word: nothing goes out meanwhile, and the front closes a connection
 * that is silent for a minute (`stalledMs`). The search before and the record after are in that minute too.
 */
const longestMs = 45_000;

/**
 * Someone asks a guru and waits for the whole answer: a form before its page's scripts run, and whoever cannot read a
 * stream. What a stream brings piece by piece is put together here.
 */
export const askGuru = around(beginAnswer, askGuruInput, async (input, call, proceed) => {
  const began = performance.now();
  const begun = await proceed({ input });
  if (!begun.ok || "repeated" in begun || begun.value.outcome !== null) return begun;
  const answer: Answer = { ...begun.value };
  const leftMs = Math.max(0, longestMs - Math.round(performance.now() - began));
  // It ends by its own deadline: that the person left shows in no signal here.
  for await (const line of writeAnswer(answer, call, new AbortController().signal, { longestMs: leftMs })) {
    if (line.type === "text") answer.text = (answer.text ?? "") + line.text;
    if (line.type === "end")
      Object.assign(answer, { outcome: line.outcome, note: line.note, durationMs: line.durationMs });
  }
  return { ok: true, value: answer };
});

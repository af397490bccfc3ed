import "server-only";
import { around } from "@/lib/gate/around";
import { askGuruInput } from "../schemas";
import { endedInTime } from "../whole-answer";
import { beginAnswer } from "./begin-answer";

/**
 * Someone asks a guru and waits for the whole answer: a form before its page's scripts run, and whoever cannot read a
 * stream. What a stream brings piece by piece is put together here.
 */
export const askGuru = around(beginAnswer, askGuruInput, async (input, call, proceed) => {
  const began = performance.now();
  const begun = await proceed({ input });
  if (!begun.ok || "repeated" in begun) return begun;
  // It ends by its own deadline: that the person left shows in no signal here.
  return { ok: true, value: await endedInTime(begun.value, call, new AbortController().signal, began) };
});

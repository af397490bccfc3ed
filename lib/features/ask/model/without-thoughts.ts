import type { ModelEnd } from "./model-text";

const opening = "<think>";
const closing = "</think>";
/** Characters kept of what may turn out to be no thoughts at all; no answer is longer. */
const mostHeld = 30_000;

/**
 * What a model writes, without the thoughts that some put before their answer (`<think>…</think>`), and without the
 * blank space around these. Nothing comes out before it is clear that it is no thought. What begins like one and is never
 * closed is text, unless the model came to its limit in it.
 * @returns why the model stopped, as `pieces` said
 */
export async function* withoutThoughts(
  pieces: AsyncGenerator<string, ModelEnd>,
): AsyncGenerator<string, ModelEnd> {
  let place: "before" | "within" | "behind" | "text" = "before";
  let held = "";
  // The end of the thoughts so far, in which the closing tag may have begun.
  let tail = "";
  try {
    for (;;) {
      const step = await pieces.next();
      if (step.done) {
        if (held !== "" && !(place === "within" && step.value === "limit")) yield held;
        return step.value;
      }
      let text = step.value;
      if (place === "before") {
        held = (held + text).trimStart();
        if (held.length < opening.length && opening.startsWith(held)) continue;
        place = held.startsWith(opening) ? "within" : "text";
        text = held;
        held = "";
      }
      if (place === "within") {
        if (held.length < mostHeld) held += text;
        tail += text;
        const end = tail.indexOf(closing);
        if (end < 0) {
          tail = tail.slice(1 - closing.length);
          continue;
        }
        place = "behind";
        text = tail.slice(end + closing.length);
        held = "";
      }
      if (place === "behind") {
        text = text.trimStart();
        if (text !== "") place = "text";
      }
      if (text !== "") yield text;
    }
  } finally {
    // Ends the reading, and so the connection.
    await pieces.return("done");
  }
}

import type { HighlightNews, HighlightRequest } from "./messages";
import { Tokenizer } from "./tokenizer";

/**
 * The process that colours code: regular expressions of grammars on text of anybody, which may take for ever. It has nothing of
 * ours, answers one request after the other, and ends with whoever started it.
 */
export async function runHighlightProcess(): Promise<void> {
  process.once("disconnect", () => process.exit(0));
  // Whoever started this may have been killed before it listened.
  if (!process.connected) process.exit(0);
  const tokenizer = await Tokenizer.open();
  process.on("message", (message) => {
    void answer(tokenizer, message as HighlightRequest);
  });
  tell("ready");
}

async function answer(tokenizer: Tokenizer, { language, lines, from }: HighlightRequest): Promise<void> {
  let looks: number[][] | null = null;
  try {
    const grammar = await tokenizer.load(language);
    tell("begun");
    if (grammar !== null) looks = tokenizer.looksOf(grammar, lines).slice(from);
  } catch {
    // A grammar at odds with this text: it comes back plain.
  }
  tell({ looks });
}

function tell(news: HighlightNews): void {
  process.send?.(news);
}

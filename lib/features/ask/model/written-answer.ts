import "server-only";
import { and, desc, eq, isNotNull } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import type { Answer, Outcome } from "../schemas";
import { modelText } from "./model-text";
import { type Earlier, type Message, noAnswerSign, promptOf } from "./prompt";
import type { ModelSettings } from "./settings";
import { ModelTrouble, troubleInWords, troubleOf } from "./trouble";
import { withoutThoughts } from "./without-thoughts";

/** An answer is to be read by a person: longer ones are cut. */
const longestAnswer = 20_000;

/** What a model is asked with. */
export type Asked = Pick<Answer, "guru" | "question" | "quotes" | "sessionId">;

/** How a written answer ended. */
export interface WrittenEnd {
  outcome: Outcome;
  note: string | null;
}

/**
 * The model's text piece by piece, without the sign by which it says that it has no answer, and in a length to read.
 * @param settings null where the model was taken out of the settings meanwhile
 * @throws ModelTrouble, or an error of the client library; `endOf` reads both
 */
export async function* writtenAnswer(
  settings: ModelSettings | null,
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<string, WrittenEnd> {
  if (!settings) throw new ModelTrouble("unreachable");
  const pieces = withoutThoughts(modelText(settings, await promptFor(asked), signal));
  // Nothing is shown as long as it may be the sign; null from there on.
  let held: string | null = "";
  let length = 0;
  try {
    for (;;) {
      const step = await pieces.next();
      if (step.done) {
        const bare = held === null ? null : bareOf(held);
        // Its thoughts took all that it may write: that says nothing about the sources.
        if (bare === "" && step.value === "limit") throw new ModelTrouble("spent");
        if (bare === "" || bare === noAnswerSign) return { outcome: "not_answered", note: notAnswered };
        if (held !== null) yield held;
        return { outcome: "written", note: step.value === "limit" ? cutByModel : null };
      }
      const piece: string = (held ?? "") + cleanText(step.value);
      if (held !== null) {
        held = piece;
        const bare = bareOf(piece.slice(0, mostMarks));
        if (piece.length < mostMarks && noAnswerSign.startsWith(bare)) continue;
        if (bare.startsWith(noAnswerSign)) return { outcome: "not_answered", note: notAnswered };
        held = null;
      }
      const room = longestAnswer - length;
      length += piece.length;
      if (room > 0) yield cleanText(piece, room);
      if (length > longestAnswer) return { outcome: "written", note: cutByUs };
    }
  } finally {
    // Ends the reading, and so the connection.
    await pieces.return("done");
  }
}

/**
 * What an error comes to while a model writes; it is logged by its kind alone.
 * @param was whether some text had come, whoever waits has left, the time was up
 */
export function endOf(
  error: unknown,
  was: { hadText: boolean; hasLeft: boolean; isLate: boolean },
): WrittenEnd {
  if (was.hasLeft) return { outcome: "stopped", note: null };
  const trouble = was.isLate ? new ModelTrouble("slow") : troubleOf(error, was.hadText);
  // Of the error itself nothing is written down: a server may repeat what it was sent.
  logError("asking the language model", trouble);
  return { outcome: "failed", note: troubleInWords(trouble) };
}

/** Models put the sign in quotes or bold, too. */
const bareOf = (text: string) => text.replace(/^[\s"'“”‘’«»*`]+/, "").trimEnd();
/** Characters among which the sign begins; as many quotes and blanks are text. */
const mostMarks = 100;

const notAnswered =
  "The sources do not answer this. The passages that come closest are below. Try other words, or ask a maintainer to add a source about it.";
const cutByModel = "The answer was cut at the model's limit. Ask for less at once.";
const cutByUs = `The answer was cut at ${longestAnswer.toLocaleString("en-US")} characters. Ask for less at once.`;

async function promptFor({ guru: of, question, quotes, sessionId }: Asked): Promise<Message[]> {
  const { guru } = schema;
  const [found] = await readDb()
    .select({ name: guru.name, instructions: guru.instructions })
    .from(guru)
    .where(eq(guru.id, of.id));
  const earlier = sessionId === null ? [] : await earlierIn(of.id, sessionId);
  return promptOf(found ?? { name: of.name, instructions: "" }, question, quotes, earlier);
}

const mostEarlier = 3;

/** What was asked and answered in the conversation before, oldest first. */
async function earlierIn(guruId: string, sessionId: string): Promise<Earlier[]> {
  const { question } = schema;
  const rows = await readDb()
    .select({ question: question.text, answer: question.answer })
    .from(question)
    .where(and(eq(question.sessionId, sessionId), eq(question.guruId, guruId), isNotNull(question.answer)))
    .orderBy(desc(question.createdAt))
    .limit(mostEarlier);
  return rows.reverse().map(({ question: asked, answer }) => ({ question: asked, answer: answer ?? "" }));
}

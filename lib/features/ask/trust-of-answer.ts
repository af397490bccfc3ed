import "server-only";
import { sql } from "drizzle-orm";
import { type ReadDb, readDb } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import type { Answer } from "./schemas";
import { trustScore } from "./trust-score";

type Judged = Pick<Answer, "question" | "quotes" | "text" | "outcome">;

/** The score of an answer that has ended. */
export async function trustOf(
  db: Pick<ReadDb, "execute">,
  { question, quotes, text, outcome }: Judged,
): Promise<number> {
  if (outcome !== "quoted" && outcome !== "written") return 0;
  const texts = [
    question,
    text ?? "",
    ...quotes.map((q) => `${q.heading} ${q.segments.map((s) => s.text).join("")}`),
  ];
  const rows = await db.execute<{ stems: string[] }>(sql`
    select tsvector_to_array(to_tsvector('english', each.text)) as stems
    from jsonb_array_elements_text(${JSON.stringify(texts)}::text::jsonb) with ordinality as each(text, place)
    order by each.place`);
  const [asked = [], answer = [], ...passages] = [...rows].map((row) => row.stems);
  return trustScore(outcome, { question: asked, passages, answer: text === null ? null : answer });
}

const patienceMs = 2_000;

/** The same where the answer's end must not wait for it. @returns null when the database did not say in time */
export async function trustInTime(answer: Judged): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, patienceMs, null);
  });
  const reckoned = trustOf(readDb(), answer).catch((error: unknown) => {
    logError("reckoning how far sources bear an answer", error);
    return null;
  });
  try {
    return await Promise.race([reckoned, late]);
  } finally {
    clearTimeout(timer);
  }
}

import type { QuestionDoor, QuestionOutcome } from "@/lib/db/schema/gurus";
import type { TestProduct } from "@/tests/support/product";

export interface AskedForTest {
  at: string;
  text?: string;
  door?: QuestionDoor;
  outcome?: QuestionOutcome | null;
  sources?: readonly string[];
  durationMs?: number;
  vote?: "up" | "down";
}

/** A question of the past, as the product keeps it; its id. */
export async function askedAt(
  { admin }: TestProduct,
  guruId: string,
  { at, text = "Which port?", door = "ui", outcome = "quoted", ...rest }: AskedForTest,
): Promise<string> {
  const { sources = [], durationMs = 100, vote = null } = rest;
  const answered = outcome === "quoted" || outcome === "written" ? "yes" : "no";
  const [made] = await admin<{ id: string }[]>`
    insert into question (guru_id, door, text, answered, "references", duration_ms, outcome, vote, created_at)
    values (${guruId}, ${door}, ${text}, ${answered}, ${admin.json([...sources])}, ${durationMs}, ${outcome}, ${vote}, ${at})
    returning id`;
  return made?.id ?? "";
}

const dayMs = 86_400_000;

/** So many days before now at noon, RFC 3339. */
export const daysAgo = (days: number): string =>
  new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs + dayMs / 2).toISOString();

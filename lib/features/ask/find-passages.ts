import "server-only";
import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";
import { inTime } from "./in-time";
import { hitEnd, hitStart, safeLink, segmentsOf, wordsToCompare } from "./rules";
import type { Quote } from "./schemas";

const mostQuotes = 5;
/** Passages that are ranked, at most: a word that stands everywhere must not cost seconds. */
const mostRanked = 5_000;
/** Likeness of two words, 0 to 1, from which one may be the other misspelt (pg_trgm's similarity: shared trigrams). */
const likeness = "0.4";
const alikePerWord = 3;

interface Row extends Record<string, unknown> {
  source_id: string;
  kind: string;
  title: string;
  heading: string;
  ordinal: number;
  url: string | null;
  locator: string | null;
  marked: string;
}

/** Passages, or what it comes to that there are none: nothing is said of sources that nobody could look into. */
interface Found {
  quotes: Quote[];
  without: "nothing_found" | "search_timed_out" | null;
}

/**
 * The best passages of a guru for a question: those with all its words, then those with some, ranked by how close the
 * words stand; where no word is found at all, those with words spelt alike. A way of searching that takes too long finds
 * nothing, and the others go on.
 */
export async function findPassages(tx: Tx, guruId: string, question: string): Promise<Found> {
  let hasTimedOut = false;
  const search = async <T>(way: (inner: Tx) => Promise<Iterable<T>>): Promise<T[]> => {
    const rows = await inTime(tx, way);
    hasTimedOut ||= rows === null;
    return rows ?? [];
  };
  const all = sql`websearch_to_tsquery('english', ${question})`;
  const found = new Map<string, Quote>();
  for (const words of [all, anyOf(question)]) {
    if (found.size >= mostQuotes) break;
    for (const row of await search((inner) => byWords(inner, guruId, words))) add(found, row);
  }
  if (found.size === 0) {
    const alike = await search((inner) => alikeWords(inner, guruId, question));
    if (alike.length > 0)
      for (const row of await search((inner) => byWords(inner, guruId, anyOf(alike.join(" ")))))
        add(found, row);
  }
  if (found.size === 0) return { quotes: [], without: hasTimedOut ? "search_timed_out" : "nothing_found" };
  return { quotes: [...found.values()].slice(0, mostQuotes), without: null };
}

/** The words joined by "or"; a word that holds the sign itself is in quotes and only finds less. */
const anyOf = (text: string): SQL =>
  sql`replace(plainto_tsquery('english', ${text})::text, ' & ', ' | ')::tsquery`;

function add(found: Map<string, Quote>, row: Row): void {
  const key = `${row.source_id} ${row.ordinal}`;
  if (found.has(key)) return;
  const { source_id: sourceId, kind, title, heading, ordinal, locator } = row;
  const url = safeLink(row.url);
  found.set(key, { sourceId, kind, title, heading, ordinal, url, locator, segments: segmentsOf(row.marked) });
}

async function byWords(tx: Tx, guruId: string, words: SQL): Promise<Iterable<Row>> {
  // A question of stop words or negations alone names nothing to look for, and would read every passage.
  const [asked] = await tx.execute<{ tree: string }>(sql`select querytree(${words}) as tree`);
  if (!asked || asked.tree === "" || asked.tree === "T") return [];
  return tx.execute<Row>(sql`
    with matched as materialized (
      select p.data_source_id, p.ordinal, p.heading, p.content, p.url, p.locator, p.words, s.kind, s.title
      from passage p join data_source s on s.id = p.data_source_id and s.shown_run = p.run
      where p.guru_id = ${guruId} and p.words @@ ${words}
      limit ${mostRanked}
    ), best as (
      select *, ts_rank_cd(words, ${words}, 1) as rank from matched
      order by rank desc, data_source_id, ordinal limit ${mostQuotes}
    )
    select data_source_id as source_id, kind, title, heading, ordinal, url, locator,
      ts_headline('english', translate(content, ${hitStart + hitEnd}, ''), ${words},
        ${`HighlightAll=true, StartSel=${hitStart}, StopSel=${hitEnd}`}) as marked
    from best order by rank desc, data_source_id, ordinal`);
}

/** The words of the guru's passages that are spelt most like those of the question. */
async function alikeWords(tx: Tx, guruId: string, question: string): Promise<string[]> {
  const words = wordsToCompare(question);
  if (words.length === 0) return [];
  await tx.execute(sql`select set_config('pg_trgm.similarity_threshold', ${likeness}, true)`);
  const rows = await tx.execute<{ word: string }>(sql`
    select distinct best.word
    from jsonb_array_elements_text(${JSON.stringify(words)}::text::jsonb) as asked(word),
    lateral (
      select p.word from passage_word p join data_source s on s.id = p.data_source_id and s.shown_run = p.run
      where p.guru_id = ${guruId} and p.word % asked.word
      group by p.word order by similarity(p.word, asked.word) desc, p.word limit ${alikePerWord}
    ) best`);
  return [...rows].map((row) => row.word);
}

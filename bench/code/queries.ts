import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inflateRawSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { db } from "@/lib/db/client";
import type { Corpus } from "./corpus";

/** A query, and the regular expression that ripgrep is given in its place; null = it knows nothing like it. */
export interface BenchQuery {
  text: string;
  regex: string | null;
}

/** Numbers in [0, 1) that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
const below = (random: Random, n: number) => Math.floor(random() * n);
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|"]/g, "\\$&");
const quoted = (regex: string): BenchQuery => ({
  // In the query a quotation mark has a backslash; as a regular expression that means the same.
  text: `"${regex}"`,
  regex: regex.replaceAll('\\"', '"'),
});

/** Lines drawn from files of the corpus. */
function linesOf(corpus: Corpus, random: Random): () => string {
  const files = corpus.repositories.flatMap((name) =>
    readdirSync(path.join(corpus.folder, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort(),
  );
  return () => {
    for (;;) {
      const lines = readFileSync(files[below(random, files.length)] ?? "", "utf8").split(/\r?\n/);
      const line = lines[below(random, lines.length)] ?? "";
      if (/\S{3}/.test(line) && !/\p{Cc}(?<!\t)/u.test(line)) return line;
    }
  };
}

function literal(line: string, random: Random): string | null {
  const points = [...line];
  const length = 3 + below(random, 18);
  const from = below(random, Math.max(1, points.length - length));
  const cut = points
    .slice(from, from + length)
    .join("")
    .trim();
  return [...cut].length >= 3 ? cut : null;
}

/** A regular expression with three literal characters side by side at least, made from a line's words. */
function regex(line: string, random: Random): string | null {
  const words = line.match(/[A-Za-z_]{3,}/g) ?? [];
  const word = words[below(random, words.length)];
  const other = words[below(random, words.length)];
  if (!word || !other) return null;
  const begin = word.slice(0, 3 + below(random, word.length - 2));
  const kinds = [
    `\\b${word}\\b`,
    `${begin}\\w+`,
    `${begin}[a-z_]*\\s*[=(:]`,
    `(${word}|${other})\\(`,
    `${word}.*${other}`,
    `^\\s*${word}`,
    `${word}\\s*$`,
    `${begin}.{0,10}\\d`,
  ];
  return kinds[below(random, kinds.length)] ?? null;
}

function drawn(many: number, draw: () => BenchQuery | null): BenchQuery[] {
  const found: BenchQuery[] = [];
  while (found.length < many) {
    const one = draw();
    if (one) found.push(one);
  }
  return found;
}

async function symbols(many: number, random: Random): Promise<BenchQuery[]> {
  const rows = await db().execute<{ symbols: Buffer }>(sql`
    select symbols from code_part where symbols is not null order by segment_id, ordinal`);
  if (rows.length === 0) return [];
  return drawn(many, () => {
    const row = rows[below(random, rows.length)];
    const all: [number, number, string][] = row ? JSON.parse(String(inflateRawSync(row.symbols))) : [];
    const name = all[below(random, all.length)]?.[2] ?? "";
    if (!/^\w{3,}$/.test(name)) return null;
    const from = below(random, name.length - 2);
    const kinds = [
      `^${name}$`,
      `^${name.slice(0, 3 + below(random, name.length - 2))}`,
      name.slice(from, from + 6),
    ];
    return { text: `sym:${kinds[below(random, kinds.length)]}`, regex: null };
  });
}

/** Queries drawn from the corpus, the same in each run over the same corpus. */
export async function makeQueries(
  corpus: Corpus,
  { texts, names, seed }: { texts: number; names: number; seed: number },
) {
  const random = seeded(seed);
  const line = linesOf(corpus, random);
  const literals = drawn(texts, () => {
    const cut = literal(line(), random);
    return cut === null ? null : quoted(escaped(cut));
  });
  const regexes = drawn(texts, () => {
    const made = regex(line(), random);
    return made === null ? null : quoted(made);
  });
  const withoutPrefilter = ["(a+)+$", "\\d[a-f]\\d[a-f]\\d$"].map(quoted);
  return { literals, regexes, symbols: await symbols(names, random), withoutPrefilter };
}

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeSearchProcesses, searchCode } from "@/lib/features/code-search/engine/search";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { validateQuery } from "@/lib/features/code-search/query/validate";
import { type CorpusFile, corpusGuru, plainSymbols, writeCorpus } from "../../support/code-corpus";
import { linesOf, plainSearch } from "../../support/plain-search";
import { createTestProduct, type TestProduct } from "../../support/product";

const queries = 500;
const ofOurs = 160;

let product: TestProduct;
let repository: VisibleRepository;
let files: CorpusFile[];

beforeAll(async () => {
  product = await createTestProduct();
  files = [...ourSources(), ...oddFiles()];
  const guru = await corpusGuru(product.admin, "exact");
  repository = await writeCorpus(product.admin, guru, "git.example/halden/exact", files);
});

afterAll(async () => {
  closeSearchProcesses();
  await product.close();
});

test(`${queries} generated queries find the same lines as trying every line of every file`, {
  timeout: 300_000,
}, async () => {
  const random = generator(20_261_123);
  let lines = 0;
  for (let n = 0; n < queries; n++) {
    const text = `${random.of(["", "", "", "case:yes ", "case:no "])}${queryText(random)}`;
    const read = validateQuery(text);
    if (!read.ok) throw new Error(`${text}: ${read.message}`);
    const outcome = await searchCode({
      query: read.query,
      repositories: [repository],
      matches: 10_000_000,
      contextLines: 0,
      whole: false,
      deadlineMs: 30_000,
    });
    expect(outcome.isExhaustive, text).toBe(true);
    const found = new Set<string>();
    for (const file of outcome.files) {
      found.add(file.path);
      for (const { matchRanges } of file.chunks)
        for (const { start } of matchRanges) found.add(`${file.path}:${start.lineNumber}`);
    }
    const expected = plainSearch(read.query, repository.name, files);
    expect({ text, found: [...found].sort() }).toEqual({ text, found: [...expected].sort() });
    lines += expected.size;
  }
  expect(lines).toBeGreaterThan(queries);
});

function ourSources(): CorpusFile[] {
  const all = readdirSync("lib", { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const step = Math.max(1, Math.floor(all.length / ofOurs));
  return all
    .sort()
    .filter((_, n) => n % step === 0)
    .map((name) => ({ path: `lib/${name}`, text: readFileSync(path.join("lib", name), "utf8") }));
}

function oddFiles(): CorpusFile[] {
  const cases = [
    "Straße STRASSE straſse",
    "\u212a k K kelvin",
    "ΣΑΣ σας ΣΑς",
    "İstanbul ıstanbul Istanbul",
    "ǅ ǆ Ǆ",
  ];
  const astral = [
    "𐐀𐐨 Deseret",
    "👩‍👩‍👧 family 👋🏽",
    "const größe = 1;",
    "class Ünïcode {}",
    "\ufeffconst bom = 1;",
  ];
  const words = ["alpha", "beta", "Gamma", "délta", "ΕΨΙΛΟΝ", "k", "S", "ſ"];
  const long = Array.from({ length: 9_000 }, (_, n) => words[n % words.length]).join(" ");
  return [
    { path: "odd/cases.txt", text: cases.join("\n") },
    { path: "odd/astral.ts", text: `${astral.join("\n")}\n` },
    { path: "odd/crlf.ts", text: `${[...cases, ...astral, "", "const crlf = 2;"].join("\r\n")}\r\n` },
    {
      path: "odd/kelvin.txt",
      text: "a\u212aelvin ſaſb\n\tkelvin=\u212a \r\n  \u212a(des\u017f) odes\n\n des\t\f\n",
    },
    { path: "odd/cr.txt", text: "one\rtwo\rthree\r\nfour\r" },
    { path: "odd/long.txt", text: `short\n${long}\nconst afterLong = 3;\n${long.toUpperCase()}` },
    { path: "odd/empty.txt", text: "" },
    { path: "odd/blank.txt", text: "\n\n \n\t\n" },
    { path: "odd/Ünï-ſ\u212a.ts", text: "function größer() {}\n" },
    { path: "odd/control.txt", text: "a\u0001b\u2028c\u0085d\ue000\uffffe\n" },
  ];
}

/** Numbers below 1, the same ones each time. */
function generator(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    below,
    chance: (share: number) => next() < share,
    of: <T>(all: readonly T[]) => all[below(all.length)],
  };
}

type Random = ReturnType<typeof generator>;

function queryText(random: Random): string {
  const shape = random.below(10);
  if (shape < 5) return term(random);
  if (shape < 7) return `${term(random)} ${term(random)}`;
  if (shape === 7) return `${term(random)} or ${term(random)}`;
  if (shape === 8) return `${term(random)} -${term(random)}`;
  return `( ${term(random)} or ${term(random)} ) -( ${filter(random)} ${term(random)} )`;
}

function term(random: Random): string {
  const kind = random.below(12);
  if (kind === 0) return filter(random);
  if (kind === 1) return `sym:${quoted(symbolPattern(random))}`;
  return `${random.of(["", "content:"]) ?? ""}${quoted(pattern(random))}`;
}

function filter(random: Random): string {
  return (
    random.of([
      "lang:typescript",
      "lang:TSX",
      "lang:text",
      "file:odd/",
      "file:\\.tsx?$",
      "file:^lib/[a-m]",
      "repo:exact",
      "repo:^other$",
      `file:${quoted(escaped((random.of(files)?.path ?? "").slice(0, 9)))}`,
    ]) ?? ""
  );
}

function symbolPattern(random: Random): string {
  const names = plainSymbols(random.of(files)?.text ?? "");
  const name = random.of(names)?.name ?? "größer";
  return (
    random.of([
      `^${escaped(name)}$`,
      `^${escaped(name.slice(0, 3 + random.below(4)))}`,
      escaped(name.slice(0, 4)),
      escaped(name.toUpperCase()),
      "^[a-d]",
      "er$",
    ]) ?? ""
  );
}

function pattern(random: Random): string {
  const piece = () => {
    const lines = linesOf(random.of(files)?.text ?? "").filter((line) => line.trim() !== "");
    const points = [...(random.of(lines) ?? "const")];
    const from = random.below(points.length);
    return points.slice(from, from + 1 + random.below(9)).join("") || "a";
  };
  /** A word, or what a line begins or ends with. */
  const whole = (shape: RegExp) => {
    const pieces = linesOf(random.of(files)?.text ?? "").flatMap((line) => line.match(shape) ?? []);
    const text = random.of(pieces) ?? "des";
    return escaped(random.chance(0.2) ? text.toUpperCase() : text) || "k";
  };
  const one = piece();
  const two = piece();
  const kinds = [
    () => escaped(one),
    () => escaped(one),
    () => escaped(one.toUpperCase()),
    () => escaped(one.toLowerCase()),
    () => `^${escaped(one)}`,
    () => `${escaped(one)}$`,
    () => `${escaped(one)}.*${escaped(two)}`,
    () => `(?:${escaped(one)}|${escaped(two)})`,
    () => `${escaped(one)}[a-zA-Z ]+`,
    () => `\\b${escaped(one)}\\b`,
    () => `\\b${whole(/\w+/g)}\\b`,
    () => `\\b${whole(/\w+/g)}${random.of(["\\(", "\\s*[=(]", "\\s+", "\\s*:"]) ?? ""}`,
    () => `${random.of(["^\\s*", "^", "^[ \\t]*", "(?m)^ *"]) ?? ""}${whole(/(?<=^\s*)\S.{0,5}/g)}`,
    () => `${whole(/\S.{0,6}(?=\s*$)/g)}${random.of(["\\s*$", "$", ";?$", "\\s*\\z"]) ?? ""}`,
    () => `(?:^|\\s)${whole(/\S+/g)}(?:\\s|$)`,
    () => `(?i)${escaped(one)}`,
    () => `${escaped(one)}{1,2}`,
    () => `[^\\w\\s]${escaped(one)}?`,
    () => `\\p{Lu}\\p{Ll}+${random.of(["", " ", "\\d"]) ?? ""}`,
    () => `^\\s*(?:export )?${escaped(random.of(["const", "function", "class"]) ?? "")} \\w+`,
    () => `(${escaped(one)})?${escaped(two)}`,
    () =>
      random.of(["[ks]tr", "k", "\\x{17f}", "^$", "straſſe|kelvin", "(?-i:ΣΑΣ)", "a\\C?b", "\\r", "é|ü"]) ??
      "",
  ];
  const made = (random.of(kinds) ?? kinds[0])?.() ?? "a";
  // A single byte is nothing that text has.
  return made.replace("\\C?", ".?");
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|\-"]/g, "\\$&").replace(/[\r\n\0]/g, "");
const quoted = (text: string) => `"${text.replace(/(?<!\\)"/g, '\\"')}"`;

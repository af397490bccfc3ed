import {
  createHighlighterCore,
  type GrammarState,
  type HighlighterCore,
  type ThemedToken,
  type ThemeRegistration,
} from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { bundledLanguagesInfo } from "shiki/langs";
import { scopesOf, tokenClasses } from "./token-classes";

/** Longer lines come back plain. */
const longestLine = 2_000;
/** For the lines of one request, in ms: what is not coloured by then comes back plain. */
const budgetMs = 700;
/** For the first one of a grammar, whose regular expressions are made meanwhile. */
const firstBudgetMs = 2_000;
/** Lines between two looks at the clock. */
const batch = 25;

/** Languages whose name here is another than linguist's. */
const otherwiseNamed: Readonly<Record<string, string>> = {
  assembly: "asm",
  "unix assembly": "asm",
  batchfile: "bat",
  "eslint config": "jsonc",
  fortran: "fortran-free-form",
  "git config": "ini",
  "html+erb": "erb",
  "html+php": "php",
  "java properties": "ini",
  "jupyter notebook": "json",
  "maven pom": "xml",
  "objective-c++": "objective-cpp",
  plpgsql: "sql",
  plsql: "plsql",
  "protocol buffer": "proto",
  "rocq prover": "coq",
  svg: "xml",
  tsql: "sql",
  "visual basic .net": "vb",
  "xml property list": "xml",
  gradle: "groovy",
  editorconfig: "ini",
  starlark: "python",
  cython: "python",
  cuda: "cpp",
};

type Grammar = (typeof bundledLanguagesInfo)[number];

const grammars = new Map<string, Grammar>();
for (const info of bundledLanguagesInfo)
  for (const name of [info.id, info.name, ...(info.aliases ?? [])]) grammars.set(name.toLowerCase(), info);

function grammarOf(language: string): Grammar | null {
  const name = language.toLowerCase();
  const other = Object.hasOwn(otherwiseNamed, name) ? otherwiseNamed[name] : undefined;
  return grammars.get(other ?? name) ?? null;
}

/** A look as a colour, which is all that a theme can say. */
function colourOf(look: number): string {
  return `#0000${look.toString(16).padStart(2, "0")}`;
}

const theme: ThemeRegistration = {
  name: "looks",
  type: "light",
  fg: colourOf(0),
  bg: "#ffffff",
  settings: tokenClasses.map((name, look) => ({
    scope: [...(scopesOf[name] ?? [])],
    settings: { foreground: colourOf(look) },
  })),
};

/** Loads what colours lines of a language. */
export class Tokenizer {
  readonly #highlighter: HighlighterCore;
  /** Grammars that were used before. */
  readonly #used = new Set<string>();

  private constructor(highlighter: HighlighterCore) {
    this.#highlighter = highlighter;
  }

  static async open(): Promise<Tokenizer> {
    // In JavaScript: regular expressions that it cannot say are left out.
    const engine = createJavaScriptRegexEngine({ forgiving: true });
    return new Tokenizer(await createHighlighterCore({ themes: [theme], langs: [], engine }));
  }

  /** @returns the grammar's name; null = there is none */
  async load(language: string): Promise<string | null> {
    const grammar = grammarOf(language);
    if (grammar === null) return null;
    await this.#highlighter.loadLanguage(grammar.import);
    return grammar.id;
  }

  /** The lines as lengths and numbers of looks in turn; fewer lines where time runs out. */
  looksOf(grammar: string, lines: readonly string[]): number[][] {
    const endsAt = performance.now() + (this.#used.has(grammar) ? budgetMs : firstBudgetMs);
    this.#used.add(grammar);
    const looks: number[][] = [];
    let grammarState: GrammarState | undefined;
    for (let from = 0; from < lines.length && performance.now() < endsAt; from += batch) {
      const tokens = this.#highlighter.codeToTokensBase(lines.slice(from, from + batch).join("\n"), {
        lang: grammar,
        theme: "looks",
        tokenizeMaxLineLength: longestLine,
        // A line that it left in its middle would colour all that follows like that middle: whoever waits ends the process.
        tokenizeTimeLimit: 0,
        ...(grammarState && { grammarState }),
      });
      grammarState = this.#highlighter.getLastGrammarState(tokens);
      for (const line of tokens) looks.push(looksOfLine(line));
    }
    return looks;
  }
}

function looksOfLine(tokens: readonly ThemedToken[]): number[] {
  const looks: number[] = [];
  for (const { content, color } of tokens) {
    const look = Number.parseInt(color?.slice(-2) ?? "0", 16) || 0;
    // One piece for what looks alike: fewer elements on the page.
    if (looks.at(-1) === look) looks[looks.length - 2] = (looks.at(-2) ?? 0) + content.length;
    else looks.push(content.length, look);
  }
  return looks;
}

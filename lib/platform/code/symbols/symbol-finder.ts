import "server-only";
import { createRequire } from "node:module";
import { Language, Parser, Query } from "web-tree-sitter";
import { collectSymbols } from "./collect-symbols";
import type { FoundSymbol, SymbolRules } from "./found-symbol";
import { symbolRules } from "./rules";
import { longestText } from "./text-rules";

/** For a text; not counted is what the first one of a language waits for. */
const textMs = 2_000;
/** Between two looks at the clock, of the many times that a parser asks. */
const asksPerLook = 16;

/** What finds the definitions in a text. */
export interface SymbolFinder {
  /** In the order of the text; none where the language is not one of those known, or where it took too long. Never throws. */
  symbolsOf(language: string, text: string): FoundSymbol[];
}

interface Reader {
  rules: SymbolRules;
  language: Language;
  /** Made when the first text comes: to make that of C++ takes half a second. */
  query: Query | null;
  parser: Parser;
}

/**
 * Loads the grammars, some 20 MB of memory: once a process.
 * @param patienceMs for a text
 */
export async function openSymbolFinder(patienceMs = textMs): Promise<SymbolFinder> {
  await Parser.init();
  const { resolve } = createRequire(import.meta.url);
  const readers = new Map<string, Reader>();
  for (const [name, rules] of symbolRules) {
    const language = await Language.load(resolve(`tree-sitter-wasms/out/tree-sitter-${rules.grammar}.wasm`));
    const parser = parserOf(language);
    readers.set(name, { rules, language, query: null, parser });
  }
  return {
    symbolsOf(language, text) {
      const reader = readers.get(language);
      if (reader === undefined || isTooLong(text)) return [];
      return symbolsWith(reader, text, patienceMs);
    },
  };
}

function parserOf(language: Language): Parser {
  const parser = new Parser();
  parser.setLanguage(language);
  return parser;
}

function isTooLong(text: string): boolean {
  return (
    text.length > longestText || (text.length * 3 > longestText && Buffer.byteLength(text) > longestText)
  );
}

function symbolsWith(reader: Reader, text: string, patienceMs: number): FoundSymbol[] {
  try {
    reader.query ??= new Query(reader.language, reader.rules.query);
    const endsAt = performance.now() + patienceMs;
    let asked = 0;
    const isOver = () => ++asked % asksPerLook === 0 && performance.now() > endsAt;
    const tree = reader.parser.parse(text, null, { progressCallback: isOver });
    if (tree === null) {
      renew(reader);
      return [];
    }
    try {
      const matches = reader.query.matches(tree.rootNode, { progressCallback: isOver });
      return performance.now() > endsAt ? [] : collectSymbols(matches, reader.rules);
    } finally {
      tree.delete();
    }
  } catch {
    // A grammar that ran aground on this text; the next one begins anew.
    renew(reader);
    return [];
  }
}

/** A parser that was stopped would go on with the text before. */
function renew(reader: Reader): void {
  try {
    reader.parser.delete();
  } catch {
    // It is given up either way.
  }
  reader.parser = parserOf(reader.language);
}

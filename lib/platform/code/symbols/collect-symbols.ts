import type { Node, QueryMatch } from "web-tree-sitter";
import type { FoundSymbol, LocatedName, SymbolKind, SymbolRules } from "./found-symbol";

/** Names longer than this are none: a parser that lost its way takes half a file for one. */
const longestName = 200;

/** Where names stand that enclose others. */
interface Scope {
  from: number;
  to: number;
  name: string;
  /** Where that name itself stands; -1 = elsewhere. */
  nameAt: number;
}

interface Definition {
  at: number;
  line: number;
  column: number;
  name: string;
  kind: SymbolKind;
  /** Of the name in the text, where it is written otherwise there. */
  length?: number;
  /** Named in the text itself. */
  of: string | null;
  /** Of the pattern that found it. */
  rank: number;
}

/** What the matches of a language's query say, in the order of the text, each name once. */
export function collectSymbols(matches: readonly QueryMatch[], rules: SymbolRules): FoundSymbol[] {
  const definitions = new Map<number, Definition>();
  const scopes: Scope[] = [];
  for (const match of matches) {
    const { definition, scope } = read(match, rules);
    if (scope !== null) scopes.push(scope);
    if (definition === null) continue;
    const other = definitions.get(definition.at);
    if (other === undefined || definition.rank < other.rank) definitions.set(definition.at, definition);
  }
  // What begins at one place begins with the outermost.
  scopes.sort((a, b) => a.from - b.from || b.to - a.to);
  const found: FoundSymbol[] = [];
  const open: Scope[] = [];
  let next = 0;
  for (const definition of [...definitions.values()].sort((a, b) => a.at - b.at)) {
    const { at, line, column, name, kind, of, length } = definition;
    for (let scope = scopes[next]; scope !== undefined && scope.from <= at; scope = scopes[++next]) {
      close(open, scope.from);
      open.push(scope);
    }
    close(open, at);
    const place = { line, column, ...(length === undefined ? {} : { length }) };
    const symbol = { name, kind, parent: of ?? enclosing(open, at), ...place };
    const refined = rules.refine ? rules.refine(symbol) : symbol;
    if (refined !== null && refined.name !== "") found.push(refined);
  }
  return found;
}

function read(match: QueryMatch, rules: SymbolRules): { definition: Definition | null; scope: Scope | null } {
  let definition: Definition | null = null;
  let inside: Node | null = null;
  let as: string | null = null;
  let of: string | null = null;
  for (const { name: role, node } of match.captures) {
    if (role === "in") inside = node;
    else if (role === "as") as = nameIn(node)?.name ?? null;
    else if (role === "of") of = nameIn(node)?.name ?? null;
    else if (role !== "only") definition = define(node, role as SymbolKind, match.patternIndex, rules);
  }
  if (definition !== null) definition.of ??= of;
  const name = as ?? definition?.name ?? null;
  if (inside === null || name === null) return { definition, scope: null };
  const { startIndex: from, endIndex: to } = inside;
  const scope = { from, to, name: name.split("::").at(-1) ?? name, nameAt: definition?.at ?? -1 };
  return { definition, scope };
}

function define(captured: Node, as: SymbolKind, rank: number, { locate }: SymbolRules): Definition | null {
  const located: LocatedName | null = locate ? locate(captured, as) : { node: captured, kind: as };
  if (located === null) return null;
  const { node, kind, of = null, written } = located;
  const { row, column } = node.startPosition;
  const place = { at: node.startIndex, line: row + 1, column: column + 1, rank };
  const parent = of && (nameIn(of)?.name ?? null);
  if (written) return isName(written.name) ? { ...place, ...written, kind, of: parent } : null;
  const named = nameIn(node);
  if (named === null) return null;
  const { name, skipped } = named;
  return { ...place, column: place.column + skipped, name, kind, of: parent };
}

/** A name without the quotes that a string brings along, and how far behind the beginning of the node it stands; null = none. */
function nameIn(node: Node): { name: string; skipped: number } | null {
  if (node.endIndex - node.startIndex > longestName) return null;
  const { text } = node;
  const skipped = /^(["']).*\1$/s.test(text) ? 1 : 0;
  const name = text.slice(skipped, text.length - skipped);
  return isName(name) ? { name, skipped } : null;
}

const isName = (text: string) => text !== "" && text.length <= longestName && !/[\0\n\r]/.test(text);

function close(open: Scope[], at: number): void {
  while ((open.at(-1)?.to ?? Number.POSITIVE_INFINITY) <= at) open.pop();
}

/** The innermost around a name that does not bear that name itself. */
function enclosing(open: readonly Scope[], at: number): string | null {
  const last = open.at(-1);
  return (last?.nameAt === at ? open.at(-2) : last)?.name ?? null;
}

import type { FoundSymbol, SymbolRules } from "../found-symbol";

const query = `
(class name: [(constant) (scope_resolution)] @class) @in
(module name: [(constant) (scope_resolution)] @module) @in
(method name: [(identifier) (constant) (operator) (setter)] @method)
(singleton_method name: [(identifier) (constant) (operator) (setter)] @method)
(alias name: [(identifier) (constant) (operator) (setter)] @method)
(assignment left: (constant) @constant)
(assignment left: (left_assignment_list (constant) @constant))
((call !receiver method: (identifier) @only arguments: (argument_list (simple_symbol) @property))
  (#match? @only "^(?:c?attr_(?:accessor|reader|writer)|[cm]?attr_[a-z]+|attr|mattr_[a-z]+)$"))
((call !receiver method: (identifier) @only arguments: (argument_list . [(simple_symbol) (string)] @method))
  (#match? @only "^(?:define_method|alias_method|define_singleton_method)$"))
`;

function refine(symbol: FoundSymbol): FoundSymbol {
  const { kind } = symbol;
  const at = symbol.name.lastIndexOf("::");
  const name = symbol.name.slice(at === -1 ? 0 : at + 2).replace(/^:/, "");
  const column = symbol.column + symbol.name.length - name.length;
  const owner = at === -1 ? symbol.parent : (symbol.name.slice(0, at).split("::").at(-1) ?? null);
  const found = { ...symbol, name, column, parent: owner || symbol.parent };
  if (kind === "method" && name === "initialize") return { ...found, kind: "constructor" };
  if (kind === "method" && found.parent === null) return { ...found, kind: "function" };
  return found;
}

export const ruby: SymbolRules = { grammar: "ruby", query, refine };

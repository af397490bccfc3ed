import type { Node } from "web-tree-sitter";
import type { FoundSymbol, SymbolKind, SymbolRules } from "../found-symbol";

/** What a name is declared in; the name itself lies within, see `locate`. Without the field: that finds the first alone. */
const declared =
  "[(identifier) (pointer_declarator) (array_declarator) (init_declarator) (function_declarator)]";
const member = "[(field_identifier) (pointer_declarator) (array_declarator) (function_declarator)]";

const shared = `
(preproc_def name: (identifier) @macro)
(preproc_function_def name: (identifier) @macro)
(struct_specifier name: (type_identifier) @struct body: (_)) @in
(union_specifier name: (type_identifier) @struct body: (_)) @in
(enum_specifier name: (type_identifier) @enum body: (_)) @in
(enumerator name: (identifier) @enumerator)
(type_definition type: (struct_specifier !name body: (_) @in) declarator: (type_identifier) @struct)
(type_definition type: (union_specifier !name body: (_) @in) declarator: (type_identifier) @struct)
(type_definition type: (enum_specifier !name body: (_) @in) declarator: (type_identifier) @enum)
(type_definition declarator: (_) @type)
(field_declaration ${member} @field)
(translation_unit (declaration ${declared} @variable))
(declaration_list (declaration ${declared} @variable))
(preproc_ifdef (declaration ${declared} @variable))
(preproc_if (declaration ${declared} @variable))
(preproc_else (declaration ${declared} @variable))
(function_definition declarator: (_) @function)
`;

const inCpp = `
(namespace_definition name: (_) @module) @in
(namespace_alias_definition name: (_) @module)
(class_specifier name: (_) @class body: (_)) @in
(struct_specifier name: (template_type) @struct body: (_)) @in
(struct_specifier name: (qualified_identifier) @struct body: (_)) @in
(alias_declaration name: (type_identifier) @type)
(concept_definition name: (identifier) @type)
(field_declaration (reference_declarator) @field)
(field_declaration_list (declaration declarator: (_) @method))
(field_declaration_list (template_declaration (declaration declarator: (_) @method)))
${shared}
`;

const wrappers = new Set([
  "pointer_declarator",
  "reference_declarator",
  "array_declarator",
  "init_declarator",
  "parenthesized_declarator",
  "attributed_declarator",
]);
/** More than any declaration has that a person wrote. */
const mostWrappers = 20;

/** Goes from `*f(int)[3]` to f. */
function locate(captured: Node, as: SymbolKind): { node: Node; kind: SymbolKind } | null {
  let node: Node | null = captured;
  let isFunction = false;
  for (let depth = 0; node !== null && depth < mostWrappers; depth += 1) {
    if (node.type === "function_declarator") {
      const inner: Node | null = node.childForFieldName("declarator");
      isFunction ||= inner?.type !== "parenthesized_declarator";
      node = inner;
    } else if (wrappers.has(node.type)) {
      node = node.childForFieldName("declarator") ?? node.namedChild(0);
    } else if (node.type === "template_type" || node.type === "template_function") {
      node = node.childForFieldName("name");
    } else break;
  }
  if (node === null || wrappers.has(node.type)) return null;
  // A prototype: what it announces is defined elsewhere.
  if (as === "variable" && isFunction) return null;
  if (as === "function" && node.type === "field_identifier") return { node, kind: "method" };
  if (as === "field" && isFunction) return { node, kind: "method" };
  if (as === "function" && !isFunction && !/operator_cast|qualified/.test(node.type)) return null;
  return { node, kind: as };
}

function refineCpp(symbol: FoundSymbol): FoundSymbol {
  const named = qualified(symbol);
  const { name, parent, kind } = named;
  if (kind !== "function" && kind !== "method") return named;
  if (parent !== null && name === parent) return { ...named, kind: "constructor" };
  if (kind === "function" && /^(?:operator\b|~)/.test(name)) return { ...named, kind: "method" };
  // `A::f` is as likely one of a namespace, yet most that are defined outside are of a class.
  if (kind === "function" && named.parent !== symbol.parent) return { ...named, kind: "method" };
  return named;
}

/** `A::B::f` is f of B; what stands between `<` and `>` is no name. */
function qualified(symbol: FoundSymbol): FoundSymbol {
  const cast = symbol.name.indexOf("operator");
  const upTo = cast === -1 ? symbol.name.length : cast;
  const at = symbol.name.slice(0, upTo).lastIndexOf("::");
  const last = (at === -1 ? symbol.name : symbol.name.slice(at + 2)).trimStart();
  const name = last.replace(/^(operator .*?)\s*\(.*$/s, "$1");
  if (at === -1) return { ...symbol, name };
  if (symbol.kind === "module") return symbol;
  const column = symbol.column + symbol.name.length - last.length;
  const owner = symbol.name.slice(0, at).replace(/<.*$/s, "").split("::").at(-1)?.trim();
  return { ...symbol, name: name.trimEnd(), column, parent: owner || symbol.parent };
}

export const c: SymbolRules = { grammar: "c", query: shared, locate };
export const cpp: SymbolRules = { grammar: "cpp", query: inCpp, locate, refine: refineCpp };

import type { Node } from "web-tree-sitter";
import type { FoundSymbol, LocatedName, SymbolKind, SymbolRules } from "../found-symbol";

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

/** What of `A<int>` or of `template f<int>` is the name. */
function bare(node: Node): Node {
  let named = node;
  for (let depth = 0; depth < mostWrappers; depth += 1) {
    const inner: Node | null =
      named.type === "dependent_name"
        ? named.namedChild(0)
        : /^template_(?:type|function|method)$/.test(named.type)
          ? named.childForFieldName("name")
          : null;
    if (inner === null) break;
    named = inner;
  }
  return named;
}

/** Goes from `*f(int)[3]` to f, and from `A<int>::B::f` to f of B. */
function locate(captured: Node, as: SymbolKind): LocatedName | null {
  let node: Node | null = captured;
  let of: Node | null = null;
  let isFunction = false;
  for (let depth = 0; node !== null && depth < mostWrappers; depth += 1) {
    if (node.type === "function_declarator") {
      const inner: Node | null = node.childForFieldName("declarator");
      isFunction ||= inner?.type !== "parenthesized_declarator";
      node = inner;
    } else if (wrappers.has(node.type)) {
      node = node.childForFieldName("declarator") ?? node.namedChild(0);
    } else if (node.type === "qualified_identifier") {
      const scope: Node | null = node.childForFieldName("scope");
      if (scope !== null) of = bare(scope);
      node = node.childForFieldName("name");
    } else {
      const inner: Node = bare(node);
      if (inner.id === node.id) break;
      node = inner;
    }
  }
  if (node === null || wrappers.has(node.type)) return null;
  // A prototype: what it announces is defined elsewhere.
  if (as === "variable" && isFunction) return null;
  if (as === "function" && node.type === "field_identifier") return { node, kind: "method" };
  if (as === "field" && isFunction) return { node, kind: "method" };
  if (as === "function" && !isFunction && node.type !== "operator_cast") return null;
  // `A::f` is as likely one of a namespace, yet most that are defined outside are of a class.
  return { node, of, kind: as === "function" && of !== null ? "method" : as };
}

function refineCpp(symbol: FoundSymbol): FoundSymbol {
  const { parent, kind } = symbol;
  // Of a conversion what it is to: `operator int() const`.
  const name = symbol.name.replace(/^(operator\s+[^\s(].*?)\s*\(.*$/s, "$1");
  if (kind !== "function" && kind !== "method") return symbol;
  if (parent !== null && name === parent) return { ...symbol, kind: "constructor" };
  const isMethod = kind === "method" || /^(?:operator\b|~)/.test(name);
  return { ...symbol, name, kind: isMethod ? "method" : kind };
}

export const c: SymbolRules = { grammar: "c", query: shared, locate };
export const cpp: SymbolRules = { grammar: "cpp", query: inCpp, locate, refine: refineCpp };

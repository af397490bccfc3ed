import type { FoundSymbol, SymbolRules } from "../found-symbol";

const assigned = (kind: string) => `(expression_statement [
  (assignment left: (identifier) @${kind})
  (assignment left: (pattern_list (identifier) @${kind}))
  (assignment left: (tuple_pattern (identifier) @${kind}))
  (assignment right: (assignment left: (identifier) @${kind}))])`;

const query = `
(class_definition name: (identifier) @class) @in
(class_definition body: (block [
  (function_definition name: (identifier) @method)
  (decorated_definition definition: (function_definition name: (identifier) @method))]))
(function_definition name: (identifier) @function)
(class_definition body: (block ${assigned("field")}))
((class_definition body: (block (function_definition name: (identifier) @only body: (block (expression_statement
  (assignment left: (attribute object: (identifier) attribute: (identifier) @field)))))))
  (#eq? @only "__init__"))
(module ${assigned("variable")})
(module (if_statement consequence: (block ${assigned("variable")})))
(module (if_statement alternative: (else_clause body: (block ${assigned("variable")}))))
(module (try_statement body: (block ${assigned("variable")})))
(module (try_statement (except_clause (block ${assigned("variable")}))))
(type_alias_statement . (type (identifier) @type))
`;

function refine(symbol: FoundSymbol): FoundSymbol {
  const { name, kind } = symbol;
  if (kind === "method" && name === "__init__") return { ...symbol, kind: "constructor" };
  if (kind === "variable" && /^_*[A-Z][A-Z\d_]*$/.test(name)) return { ...symbol, kind: "constant" };
  return symbol;
}

export const python: SymbolRules = { grammar: "python", query, refine };

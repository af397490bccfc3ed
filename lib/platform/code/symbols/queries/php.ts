import type { FoundSymbol, SymbolRules } from "../found-symbol";

const query = `
(namespace_definition name: (namespace_name) @module body: (_)) @in
(namespace_definition name: (namespace_name) @module)
(class_declaration name: (name) @class) @in
(interface_declaration name: (name) @interface) @in
(trait_declaration name: (name) @trait) @in
(enum_declaration name: (name) @enum) @in
(enum_case name: (name) @enumerator)
(function_definition name: (name) @function)
(method_declaration name: (name) @method)
(property_element (variable_name (name) @field))
(property_promotion_parameter name: (variable_name (name) @field))
(const_element . (name) @constant)
((function_call_expression function: (name) @only arguments: (arguments . (argument (_) @constant)))
  (#eq? @only "define"))
(program (expression_statement (assignment_expression left: (variable_name (name) @variable))))
`;

function refine(symbol: FoundSymbol): FoundSymbol {
  const isConstructor = symbol.kind === "method" && symbol.name === "__construct";
  return isConstructor ? { ...symbol, kind: "constructor" } : symbol;
}

export const php: SymbolRules = { grammar: "php", query, refine };

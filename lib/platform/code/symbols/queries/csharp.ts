import type { FoundSymbol, SymbolRules } from "../found-symbol";

const query = `
(namespace_declaration name: (_) @module) @in
(file_scoped_namespace_declaration name: (_) @module)
(class_declaration name: (identifier) @class) @in
(record_declaration name: (identifier) @class) @in
(record_declaration (parameter_list (parameter name: (identifier) @property)))
(record_struct_declaration name: (identifier) @struct) @in
(record_struct_declaration (parameter_list (parameter name: (identifier) @property)))
(struct_declaration name: (identifier) @struct) @in
(interface_declaration name: (identifier) @interface) @in
(enum_declaration name: (identifier) @enum) @in
(enum_member_declaration name: (identifier) @enumerator)
(delegate_declaration name: (identifier) @type)
(method_declaration name: (identifier) @method)
(local_function_statement name: (identifier) @function)
(constructor_declaration name: (identifier) @constructor)
(property_declaration name: (identifier) @property)
(event_declaration name: (identifier) @property)
(event_field_declaration (variable_declaration (variable_declarator . (identifier) @property)))
((field_declaration (modifier) @only (variable_declaration (variable_declarator . (identifier) @constant)))
  (#eq? @only "const"))
(field_declaration (variable_declaration (variable_declarator . (identifier) @field)))
(operator_declaration operator: _ @method)
`;

function refine(symbol: FoundSymbol): FoundSymbol {
  const isOperator = symbol.kind === "method" && !/^[\p{L}_@]/u.test(symbol.name);
  return isOperator ? { ...symbol, name: `operator${symbol.name}` } : symbol;
}

export const csharp: SymbolRules = { grammar: "c_sharp", query, refine };

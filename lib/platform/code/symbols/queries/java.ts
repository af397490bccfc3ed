import type { FoundSymbol, SymbolRules } from "../found-symbol";

const query = `
(class_declaration name: (identifier) @class) @in
(record_declaration name: (identifier) @class) @in
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @field)))
(interface_declaration name: (identifier) @interface) @in
(annotation_type_declaration name: (identifier) @interface) @in
(annotation_type_element_declaration name: (identifier) @method)
(enum_declaration name: (identifier) @enum) @in
(enum_constant name: (identifier) @enumerator)
(method_declaration name: (identifier) @method)
(constructor_declaration name: (identifier) @constructor)
(compact_constructor_declaration name: (identifier) @constructor)
(constant_declaration declarator: (variable_declarator name: (identifier) @constant))
(field_declaration declarator: (variable_declarator name: (identifier) @field))
(module_declaration name: (_) @module)
`;

function refine(symbol: FoundSymbol): FoundSymbol {
  const isConstant = symbol.kind === "field" && /^[A-Z][A-Z\d_]*$/.test(symbol.name);
  return isConstant ? { ...symbol, kind: "constant" } : symbol;
}

export const java: SymbolRules = { grammar: "java", query, refine };

import type { SymbolRules } from "../found-symbol";

const receiver = "[(type_identifier) @of (generic_type type: (type_identifier) @of)]";

const query = `
(function_declaration name: (identifier) @function)
(method_declaration receiver: (parameter_list (parameter_declaration type: [${receiver} (pointer_type ${receiver})]))
  name: (field_identifier) @method)
(type_spec name: (type_identifier) @struct type: (struct_type)) @in
(type_spec name: (type_identifier) @interface type: (interface_type)) @in
(type_spec name: (type_identifier) @type)
(type_alias name: (type_identifier) @type)
(type_spec type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @field))))
(method_spec name: (field_identifier) @method)
(source_file (const_declaration (const_spec (identifier) @constant)))
(source_file (var_declaration (var_spec (identifier) @variable)))
`;

export const go: SymbolRules = {
  grammar: "go",
  query,
  refine: (symbol) => (symbol.name === "_" ? null : symbol),
};

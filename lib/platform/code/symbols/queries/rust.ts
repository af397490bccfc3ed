import type { SymbolRules } from "../found-symbol";

const query = `
(struct_item name: (type_identifier) @struct) @in
(union_item name: (type_identifier) @struct) @in
(enum_item name: (type_identifier) @enum) @in
(enum_variant name: (identifier) @enumerator)
(field_declaration name: (field_identifier) @field)
(trait_item name: (type_identifier) @trait) @in
(impl_item type: [
  (type_identifier) @as
  (generic_type type: (type_identifier) @as)
  (scoped_type_identifier name: (type_identifier) @as)
  (generic_type type: (scoped_type_identifier name: (type_identifier) @as))
  (reference_type type: (type_identifier) @as)
  (primitive_type) @as]) @in
(impl_item body: (declaration_list (function_item name: (identifier) @method)))
(trait_item body: (declaration_list (function_item name: (identifier) @method)))
(trait_item body: (declaration_list (function_signature_item name: (identifier) @method)))
(function_item name: (identifier) @function)
(function_signature_item name: (identifier) @function)
(mod_item name: (identifier) @module) @in
(type_item name: (type_identifier) @type)
(associated_type name: (type_identifier) @type)
(const_item name: (identifier) @constant)
(static_item name: (identifier) @variable)
(macro_definition name: (identifier) @macro)
`;

export const rust: SymbolRules = {
  grammar: "rust",
  query,
  refine: (symbol) => (symbol.name === "_" ? null : symbol),
};

import type { Node } from "web-tree-sitter";
import type { LocatedName, SymbolKind, SymbolRules } from "../found-symbol";

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
(operator_declaration) @method
(conversion_operator_declaration) @method
`;

/** An operator is called by its keyword and what follows on it: `operator+` of `operator +(…)`, `operator int` of a conversion. */
function locate(captured: Node, kind: SymbolKind): LocatedName | null {
  const isConversion = captured.type === "conversion_operator_declaration";
  if (!isConversion && captured.type !== "operator_declaration") return { node: captured, kind };
  const node = captured.children.find((child) => child?.type === "operator");
  const what = captured.childForFieldName(isConversion ? "type" : "operator");
  if (!node || !what) return null;
  const name = `operator${/^\w/.test(what.text) ? " " : ""}${what.text}`;
  // What stands on the next line is none of this one's.
  const last = what.endPosition.row === node.startPosition.row ? what : node;
  return { node, kind, written: { name, length: last.endIndex - node.startIndex } };
}

export const csharp: SymbolRules = { grammar: "c_sharp", query, locate };

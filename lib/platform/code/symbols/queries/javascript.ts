import type { FoundSymbol, SymbolRules } from "../found-symbol";

const functions = "[(arrow_function) (function_expression) (generator_function)]";
/** Names that a destructuring brings in, two levels deep. */
const fromObject = (kind: string) => `(object_pattern [
  (shorthand_property_identifier_pattern) @${kind}
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @${kind})
  (pair_pattern value: [
    (identifier) @${kind}
    (assignment_pattern left: (identifier) @${kind})
    (object_pattern (shorthand_property_identifier_pattern) @${kind})
    (object_pattern (pair_pattern value: (identifier) @${kind}))
    (array_pattern (identifier) @${kind})])
  (rest_pattern (identifier) @${kind})])`;
const fromArray = (kind: string) => `(array_pattern [
  (identifier) @${kind}
  (assignment_pattern left: (identifier) @${kind})
  (object_pattern (shorthand_property_identifier_pattern) @${kind})
  (rest_pattern (identifier) @${kind})])`;
const declarators = (kind: string) => `
  (variable_declarator name: (identifier) @${kind})
  (variable_declarator name: ${fromObject(kind)})
  (variable_declarator name: ${fromArray(kind)})`;
const declarations = `
  (lexical_declaration kind: "const" [${declarators("constant")}])
  (lexical_declaration kind: "let" [${declarators("variable")}])
  (variable_declaration [${declarators("variable")}])`;

/** Where `const` and `var` are no locals. */
const atTop = (holders: readonly string[]) =>
  holders.map((holder) => holder.replace("HERE", `[${declarations}]`)).join("\n");

const shared = `
(variable_declarator name: (identifier) @function value: ${functions})
(variable_declarator name: (identifier) @class value: (class) @in)
(function_declaration name: (identifier) @function)
(generator_function_declaration name: (identifier) @function)
(variable_declarator name: (identifier) @as value: (object) @in)
(variable_declarator value: (object (pair key: (property_identifier) @method value: ${functions})))
(assignment_expression left: [(identifier) (member_expression)] @as right: (object) @in)
(assignment_expression right: (object (pair key: (property_identifier) @method value: ${functions})))
(export_statement value: (object (pair key: (property_identifier) @method value: ${functions})))
(method_definition ["get" "set"] name: [(property_identifier) (private_property_identifier)] @property)
(method_definition name: [(property_identifier) (private_property_identifier) (string)] @method)
(assignment_expression left: (member_expression object: [(identifier) (member_expression)] @of
  property: (property_identifier) @method) right: ${functions})
(program (expression_statement (assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @of property: (property_identifier) @property))))
`;

const inJavascript = `
(class_declaration name: (_) @class) @in
(class name: (_) @class) @in
(field_definition property: [(property_identifier) (private_property_identifier)] @method value: ${functions})
(field_definition property: [(property_identifier) (private_property_identifier)] @field)
${shared}
${atTop(["(program HERE)", "(program (export_statement HERE))"])}
`;

const inTypescript = `
(class_declaration name: (_) @class) @in
(class name: (_) @class) @in
(abstract_class_declaration name: (_) @class) @in
(interface_declaration name: (_) @interface) @in
(enum_declaration name: (_) @enum) @in
(enum_body name: [(property_identifier) (string)] @enumerator)
(enum_assignment name: [(property_identifier) (string)] @enumerator)
(type_alias_declaration name: (_) @type) @in
(type_alias_declaration value: (object_type (property_signature name: (property_identifier) @property)))
(type_alias_declaration value: (object_type (method_signature name: (property_identifier) @method)))
(interface_body (property_signature name: [(property_identifier) (string)] @property))
(interface_body (method_signature name: [(property_identifier) (string)] @method))
(class_body (method_signature name: [(property_identifier) (private_property_identifier)] @method))
(abstract_method_signature name: (_) @method)
(public_field_definition name: [(property_identifier) (private_property_identifier)] @method value: ${functions})
(public_field_definition name: [(property_identifier) (private_property_identifier)] @field)
(required_parameter (accessibility_modifier) pattern: (identifier) @field)
(function_signature name: (identifier) @function)
(internal_module name: (_) @module) @in
(module name: (_) @module) @in
${shared}
${atTop([
  "(program HERE)",
  "(program (export_statement HERE))",
  "(ambient_declaration HERE)",
  "(internal_module body: (statement_block HERE))",
  "(internal_module body: (statement_block (export_statement HERE)))",
  "(module body: (statement_block (export_statement HERE)))",
])}
`;

const exported = /^(?:module\.exports|exports|this|window|self|globalThis|global)(?:\.prototype)?$/;

function refine(symbol: FoundSymbol): FoundSymbol | null {
  const { name, kind } = symbol;
  if (name === "exports" && symbol.parent === "module") return null;
  if (name === "prototype" && kind === "property") return null;
  const parent = symbol.parent !== null && exported.test(symbol.parent) ? null : symbol.parent;
  const owner = parent?.endsWith(".prototype") ? parent.slice(0, -".prototype".length) : parent;
  if (kind === "method" && name === "constructor") return { ...symbol, kind: "constructor", parent: owner };
  const isAlone = owner === null && symbol.parent !== null;
  if (isAlone && kind === "method") return { ...symbol, kind: "function", parent: null };
  if (isAlone && kind === "property") return { ...symbol, kind: "variable", parent: null };
  return { ...symbol, parent: owner };
}

export const javascript: SymbolRules = { grammar: "javascript", query: inJavascript, refine };
export const typescript: SymbolRules = { grammar: "typescript", query: inTypescript, refine };
export const tsx: SymbolRules = { grammar: "tsx", query: inTypescript, refine };

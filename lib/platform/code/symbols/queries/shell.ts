import type { SymbolRules } from "../found-symbol";

const query = `
(function_definition name: (word) @function)
(program (variable_assignment name: (variable_name) @variable))
(program (variable_assignments (variable_assignment name: (variable_name) @variable)))
(program (declaration_command (variable_assignment name: (variable_name) @variable)))
`;

export const shell: SymbolRules = { grammar: "bash", query };

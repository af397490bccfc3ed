import "server-only";
import { definitionSought } from "@/lib/audit/catalogue/code-search";
import { symbolCommand } from "../symbol-command";

/** Somebody asks where a symbol is defined. */
export const gotoDefinitionCommand = symbolCommand("goto-definition", definitionSought, "definitions");

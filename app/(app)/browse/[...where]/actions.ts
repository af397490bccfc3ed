"use server";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { gotoDefinitionCommand } from "@/lib/features/code-search/commands/goto-definition";
import { toCallAction } from "@/lib/gate/to-call-action";
import { symbolInput } from "./symbol-input";

export const findReferencesAction = toCallAction(findReferencesCommand, symbolInput);
export const gotoDefinitionAction = toCallAction(gotoDefinitionCommand, symbolInput);

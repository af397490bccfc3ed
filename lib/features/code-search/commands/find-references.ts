import "server-only";
import { referencesFound } from "@/lib/audit/catalogue/code-search";
import { symbolCommand } from "../symbol-command";

/** Somebody has the uses of a symbol shown. */
export const findReferencesCommand = symbolCommand("find-references", referencesFound, "references");

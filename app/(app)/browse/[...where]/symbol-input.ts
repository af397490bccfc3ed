import type { SymbolAsked } from "@/components/code/viewer-types";

/** The command's input from what the page sent, which may be anything. */
export function symbolInput(sent: Partial<SymbolAsked>) {
  const { symbolName, repoName, revisionName, language } = sent;
  return { symbolName, repoName, revisionName, language, door: "ui" };
}

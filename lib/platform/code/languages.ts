import { languageTable } from "./language-table";

/** Where several languages claim an extension, the one met most by far; others keep the first in the alphabet. */
const commonest = [
  "as ActionScript|asc AsciiDoc|asm Assembly|b Brainfuck|bas VBA|bb BitBake|bf Brainfuck|bs BrighterScript|cairo Cairo|cake C#",
  "cfg INI|cgi Perl|ch xBase|cl Common Lisp|cls Apex|cp C++|cs C#|csl XML|cue CUE|d D|ddl SQL|dsp Faust|e Eiffel|es JavaScript",
  "ex Elixir|f Fortran|fcgi Perl|for Fortran|fr Frege|frag GLSL|frm VBA|fs F#|ftl FreeMarker|fx HLSL|g GAP|gd GDScript",
  "gml Game Maker Language|gs JavaScript|gts Glimmer TS|h C|hh C++|html HTML|i SWIG|ice Slice|inc PHP|j Objective-J|jq jq|json JSON",
  "ks Kickstart|l Lex|lean Lean 4|lisp Common Lisp|ls LiveScript|lsp Common Lisp|m Objective-C|m4 M4|man Roff|mc Monkey C|md Markdown",
  "ml OCaml|mm Objective-C++|mo Modelica|mod Modula-2|mojo Mojo|ms Roff|n Roff|nb Wolfram Language|nl NL|nu Nushell|odin Odin",
  "p OpenEdge ABL|php PHP|pkl Pkl|pl Perl|plist XML Property List|plt Gnuplot|pm Perl|pod Pod|pp Puppet|prc PLSQL|pro QMake",
  "properties Java Properties|q q|qs Q#|r R|re Reason|res ReScript|rno Roff|rpy Ren'Py|rs Rust|s Unix Assembly|sc Scala|sch Scheme",
  "scm Scheme|sh Shell|shader ShaderLab|sol Solidity|spec RPM Spec|sql SQL|srt SubRip Text|st Smalltalk|star Starlark|svx mdsvex",
  "sw Sway|t Perl|tl Teal|toc TeX|tpl Smarty|trigger Apex|ts TypeScript|tsp TypeSpec|tsx TSX|txt Text|typ Typst|uc UnrealScript",
  "v Verilog|vba VBA|vcf vCard|w CWeb|workflow HCL|x RPC|yaml YAML|yml YAML|yy Yacc",
].join("|");
const commonestOfInterpreters =
  "bun TypeScript|deno TypeScript|node JavaScript|perl Perl|python3 Python|sh Shell|bash Shell|zsh Shell|lua Lua|ruby Ruby";

/** What a header or an `.m` file gives away; the commonest is right for the rest. */
const signs: Record<string, readonly (readonly [RegExp, string])[]> = {
  h: [
    [/^\s*@(?:interface|protocol|property|class|import)\b/m, "Objective-C"],
    [/^\s*(?:class|namespace|template|using|public:|private:|protected:)(?:\s|<|$)|\bstd::/m, "C++"],
  ],
  m: [
    [
      /^\s*(?:@(?:interface|implementation|protocol|import|class|property)\b|#(?:import|include)\b)/m,
      "Objective-C",
    ],
    [/^\s*(?:function\b|%|end\s*;?$|\w+\s*=\s*\[|classdef\b)/m, "MATLAB"],
  ],
};
/** Characters of a text that are looked at. */
const looked = 8_000;

const byExtension = new Map<string, string>();
const byFileName = new Map<string, string>();
const byInterpreter = new Map<string, string>();

/** All languages as linguist names them, in its order. */
export const knownLanguages: readonly string[] = readTable();

function readTable(): string[] {
  const names: string[] = [];
  for (const row of languageTable.split(";")) {
    const [name = "", extensions = "", fileNames = "", interpreters = ""] = row.split("|");
    if (name === "") continue;
    names.push(name);
    claim(byExtension, extensions.split(" "), name);
    claim(byFileName, fileNames.split(","), name);
    claim(byInterpreter, interpreters.split(" "), name);
  }
  prefer(byExtension, commonest);
  prefer(byInterpreter, commonestOfInterpreters);
  return names;
}

function claim(map: Map<string, string>, keys: readonly string[], name: string): void {
  for (const key of keys) if (key !== "" && !map.has(key)) map.set(key, name);
}

function prefer(map: Map<string, string>, pairs: string): void {
  for (const pair of pairs.split("|")) {
    const space = pair.indexOf(" ");
    map.set(pair.slice(0, space), pair.slice(space + 1));
  }
}

/**
 * The language of a file as linguist names it: by its name, its longest known extension, or the interpreter in its first line;
 * null when nothing tells.
 */
export function languageOf(path: string, text: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return byFileName.get(name) ?? byExtensions(name, text) ?? byShebang(text);
}

function byExtensions(name: string, text: string): string | null {
  const lower = name.toLowerCase();
  for (let dot = lower.indexOf("."); dot >= 0; dot = lower.indexOf(".", dot + 1)) {
    const extension = lower.slice(dot + 1);
    const language = byExtension.get(extension);
    if (language !== undefined) return bySigns(extension, text) ?? language;
  }
  return null;
}

function bySigns(extension: string, text: string): string | null {
  if (!Object.hasOwn(signs, extension)) return null;
  const start = text.slice(0, looked);
  return signs[extension]?.find(([sign]) => sign.test(start))?.[1] ?? null;
}

function byShebang(text: string): string | null {
  if (!text.startsWith("#!")) return null;
  const line = text.slice(2, 300).split(/[\r\n]/, 1)[0] ?? "";
  const words = line.trim().split(/\s+/);
  const program = words[0]?.split("/").at(-1);
  // `env -S VAR=1 node`: what it starts is the first word that is no option and no variable.
  const started = program === "env" ? words.slice(1).find((word) => !/^-|=/.test(word)) : program;
  const interpreter = started?.split("/").at(-1) ?? "";
  return byInterpreter.get(interpreter) ?? byInterpreter.get(interpreter.replace(/[\d.]+$/, "")) ?? null;
}

import type { SymbolRules } from "./found-symbol";
import { c, cpp } from "./queries/c";
import { csharp } from "./queries/csharp";
import { go } from "./queries/go";
import { java } from "./queries/java";
import { javascript, tsx, typescript } from "./queries/javascript";
import { php } from "./queries/php";
import { python } from "./queries/python";
import { ruby } from "./queries/ruby";
import { rust } from "./queries/rust";
import { shell } from "./queries/shell";

/** By linguist's names. */
export const symbolRules: ReadonlyMap<string, SymbolRules> = new Map([
  ["TypeScript", typescript],
  ["TSX", tsx],
  ["JavaScript", javascript],
  ["Python", python],
  ["Go", go],
  ["Java", java],
  ["C", c],
  ["C++", cpp],
  ["Rust", rust],
  ["Ruby", ruby],
  ["PHP", php],
  ["C#", csharp],
  ["Shell", shell],
]);

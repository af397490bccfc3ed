/** Kinds whose line has a signature; that of any other kind has a value behind the name. */
const declarations = new Set([
  "function",
  "method",
  "class",
  "interface",
  "struct",
  "enum",
  "trait",
  "type",
  "module",
  "constructor",
]);

/** Where a value or a body may begin. An apostrophe behind `&` or `<` is one of Rust's lifetimes. */
const valueBegins = /[={;"`]|(?<![&<])'|\breturn\b/;

const longestBefore = 100;
const longestSignature = 200;

/**
 * What a hover, which leaves no record, shows of the line that defines a symbol: the name with what declares it, and of
 * functions and types their signature. Values stay out: a constant may be a password.
 * @param line as it stands in the file
 * @param column of the name where it is known, from 1, in UTF-16 units
 */
export function previewText(
  line: string,
  { name, kind, column }: { name: string; kind: string; column: number },
): string {
  const known = Math.max(0, column - 1);
  const at = line.startsWith(name, known) ? known : line.indexOf(name);
  if (at < 0) return name;
  const before = line.slice(Math.max(0, at - longestSignature), at).trimStart();
  // Something else may have got its value in the same line.
  const isPlain = before.length <= longestBefore && !valueBegins.test(before);
  const end = at + name.length;
  const behind = declarations.has(kind) ? line.slice(end, end + longestSignature) : "";
  const [signature = ""] = behind.split(valueBegins, 1);
  const text = `${isPlain ? before : ""}${name}${signature}`;
  return text.slice(0, longestSignature).toWellFormed().trimEnd();
}

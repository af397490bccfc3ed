import { SaxesParser } from "saxes";

/** Types of the parts that macros are kept in, and of documents that may have some. */
const macroType = /macroEnabled|vbaProject|vbaData|macrosheet/i;

/**
 * Whether an Office file holds macros by the types of its parts (ISO/IEC 29500-2, 10.1.2), however they are called. A type
 * that is declared for an ending which no part has says nothing: some programs declare all that they know, each time.
 *
 * @param declared the content of `[Content_Types].xml`
 * @param names of all parts, without a slash before them
 * @throws Error when it is not well-formed, or not in UTF-8 or UTF-16
 */
export function hasMacroTypes(declared: Uint8Array, names: Iterable<string>): boolean {
  const byEnding = new Map<string, string>();
  const byName = new Map<string, string>();
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const { Extension, PartName, ContentType = "" } = attributes;
    const element = name.slice(name.indexOf(":") + 1);
    if (element === "Default" && Extension) byEnding.set(Extension.toLowerCase(), ContentType);
    if (element === "Override" && PartName)
      byName.set(PartName.replace(/^\//, "").toLowerCase(), ContentType);
  });
  parser.write(decoded(declared)).close();
  for (const given of names) {
    const name = given.toLowerCase();
    const type = byName.get(name) ?? byEnding.get(name.slice(name.lastIndexOf(".") + 1)) ?? "";
    if (macroType.test(type)) return true;
  }
  return false;
}

function decoded(bytes: Uint8Array): string {
  const [a, b] = bytes;
  const little = a === 0xff && b === 0xfe;
  const big = a === 0xfe && b === 0xff;
  return new TextDecoder(little ? "utf-16le" : big ? "utf-16be" : "utf-8", { fatal: true }).decode(bytes);
}

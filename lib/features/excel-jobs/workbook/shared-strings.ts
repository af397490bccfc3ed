import { SaxesParser } from "saxes";
import { damaged, type OfficeParts } from "@/lib/platform/office/office-parts";
import { sharedStringsPart } from "./sheet-parts";
import { partText } from "./sheet-text";

/**
 * The texts that cells of a workbook share, in their order: of each its runs, without hints for its reading (CT_Sst and
 * CT_Rst, ISO/IEC 29500-1, 18.4).
 * @returns none when the workbook has no such part
 * @throws Unreadable for a damaged one
 */
export function sharedStrings(parts: OfficeParts): string[] {
  const name = sharedStringsPart(parts);
  const part = name === null ? undefined : parts[name];
  if (!part) return [];
  const texts: string[] = [];
  const path: string[] = [];
  const add = (text: string) => {
    if (/^sst\/si\/(r\/)?t$/.test(path.join("/"))) texts.push((texts.pop() ?? "") + text);
  };
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on("error", () => {
    throw damaged();
  });
  parser.on("opentag", ({ name: tag }) => {
    path.push(tag.slice(tag.indexOf(":") + 1));
    if (path.join("/") === "sst/si") texts.push("");
  });
  parser.on("closetag", () => path.pop());
  parser.on("text", add);
  parser.on("cdata", add);
  parser.write(partText(part).xml).close();
  return texts;
}

/** Whether two programs have read the same text; they differ in spaces, and in what they make of `_x0041_`. */
export function sameText(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(text: string): string {
  const decoded = text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return decoded === text ? text.replaceAll(/\s+/g, "") : plain(decoded);
}

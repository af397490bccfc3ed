import { SaxesParser } from "saxes";
import { damaged, type OfficeParts } from "@/lib/platform/office/office-parts";
import { partText } from "./sheet-text";

/** A sheet in the order of the workbook. */
export interface SheetPart {
  name: string;
  /** The part with its cells; null for a chart and the like, which have none. */
  part: string | null;
}

interface Relation {
  type: string;
  target: string;
}

type Attributes = Record<string, string>;

/**
 * The sheets of a workbook and the parts that hold them, by the relations of its parts (ISO/IEC 29500-2, 9.3).
 * @throws Unreadable when the relations lead nowhere
 */
export function sheetParts(parts: OfficeParts): SheetPart[] {
  const workbook = workbookOf(parts);
  const relations = relationsOf(parts, workbook.target);
  const sheets: SheetPart[] = [];
  eachTag(partOf(parts, workbook.target), (path, attributes) => {
    if (path !== "workbook/sheets/sheet") return;
    const id = Object.entries(attributes).find(([name]) => /(^|:)id$/.test(name))?.[1] ?? "";
    const relation = relations.get(id);
    if (!relation) throw damaged();
    const isSheet = relation.type.endsWith("/worksheet");
    sheets.push({ name: attributes.name ?? "", part: isSheet ? nameIn(parts, relation.target) : null });
  });
  const taken = sheets.flatMap(({ part }) => part ?? []);
  // Two sheets of one part, or of one name: which of them is meant is anybody's guess.
  const names = new Set(sheets.map(({ name }) => name.toLowerCase()));
  if (new Set(taken).size !== taken.length || names.size !== sheets.length) throw damaged();
  return sheets;
}

/**
 * The part with the texts that cells share (18.4.9).
 * @returns null when the workbook has none
 * @throws Unreadable when the relations lead nowhere, or to two of them
 */
export function sharedStringsPart(parts: OfficeParts): string | null {
  const relations = [...relationsOf(parts, workbookOf(parts).target).values()];
  const [found, another] = relations.filter(({ type }) => type.endsWith("/sharedStrings"));
  if (another) throw damaged();
  return found ? nameIn(parts, found.target) : null;
}

function workbookOf(parts: OfficeParts): Relation {
  const relations = [...relationsOf(parts, "").values()];
  const workbook = relations.find(({ type }) => type.endsWith("/officeDocument"));
  if (!workbook) throw damaged();
  return workbook;
}

/** The relations of a part, by their ids; of the package itself for "". Those that lead out of the file are left out. */
function relationsOf(parts: OfficeParts, part: string): Map<string, Relation> {
  const folder = part.slice(0, part.lastIndexOf("/") + 1);
  const found = new Map<string, Relation>();
  eachTag(partOf(parts, `${folder}_rels/${part.slice(folder.length)}.rels`), (path, attributes) => {
    if (path !== "Relationships/Relationship" || attributes.TargetMode === "External") return;
    const { Id = "", Type = "", Target = "" } = attributes;
    const target = new URL(Target, `part:///${folder}`).pathname.slice(1);
    found.set(Id, { type: Type, target: decodeURI(target) });
  });
  return found;
}

/** The name by which the archive has a part: names of parts are alike in whatever case (ISO/IEC 29500-2, 9.1.1.3). */
function nameIn(parts: OfficeParts, name: string): string {
  if (parts[name]) return name;
  const found = Object.keys(parts).find((key) => key.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw damaged();
  return found;
}

function partOf(parts: OfficeParts, name: string): string {
  const part = parts[nameIn(parts, name)];
  if (!part) throw damaged();
  return partText(part).xml;
}

/** @param tell is called for each element, with the names on the way to it */
function eachTag(xml: string, tell: (path: string, attributes: Attributes) => void): void {
  const path: string[] = [];
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on("error", () => {
    throw damaged();
  });
  parser.on("opentag", ({ name, attributes }) => {
    path.push(name.slice(name.indexOf(":") + 1));
    tell(path.join("/"), attributes);
  });
  parser.on("closetag", () => path.pop());
  parser.write(xml).close();
}

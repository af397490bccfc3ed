import type { ExportColumn } from "./columns";

/** Parts of an Excel workbook (ECMA-376, transitional): the least that Excel, LibreOffice and SheetJS open. */
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packageRelations = "http://schemas.openxmlformats.org/package/2006/relationships";

export const sheetPath = (ordinal: number) => `xl/worksheets/sheet${ordinal}.xml`;

/** Everything of a sheet before its rows: widths, the header row in bold, frozen. */
export function sheetHead(
  columns: readonly Pick<ExportColumn, "header" | "width">[],
  ordinal: number,
): string {
  const widths = columns
    .map((c, i) => `<col min="${i + 1}" max="${i + 1}" width="${c.width}" customWidth="1"/>`)
    .join("");
  const titles = columns.map((c) => `<c s="1" t="inlineStr"><is><t>${c.header}</t></is></c>`).join("");
  const selected = ordinal === 1 ? ' tabSelected="1"' : "";
  return (
    `${head}<worksheet xmlns="${main}"><sheetViews><sheetView${selected} workbookViewId="0">` +
    `<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols>${widths}</cols><sheetData><row>${titles}</row>\n`
  );
}

export const sheetTail = "</sheetData></worksheet>";

/**
 * The parts that name the sheets; they stand behind them, as the number of sheets is known only then.
 * @param names of the sheets in order, of our own making
 */
export function closingParts(names: readonly string[]): { path: string; xml: string }[] {
  const sheets = names.length;
  const overrides = names.map(
    (_, i) => `<Override PartName="/${sheetPath(i + 1)}" ContentType="${types}.worksheet+xml"/>`,
  );
  const named = names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const linked = names.map(
    (_, i) =>
      `<Relationship Id="rId${i + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  return [
    {
      path: "xl/styles.xml",
      xml:
        `${head}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
        `<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
        `<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
        `<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
        `<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
        `<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
        `<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>` +
        `<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
    },
    {
      path: "xl/workbook.xml",
      xml: `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${named.join("")}</sheets></workbook>`,
    },
    {
      path: "xl/_rels/workbook.xml.rels",
      xml:
        `${head}<Relationships xmlns="${packageRelations}">${linked.join("")}` +
        `<Relationship Id="rId${sheets + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    },
    {
      path: "_rels/.rels",
      xml:
        `${head}<Relationships xmlns="${packageRelations}">` +
        `<Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      path: "[Content_Types].xml",
      xml:
        `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
        `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
        `<Default Extension="xml" ContentType="application/xml"/>` +
        `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>` +
        `<Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/>${overrides.join("")}</Types>`,
    },
  ];
}

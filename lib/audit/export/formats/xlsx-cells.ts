import { copyRows } from "@/lib/audit/query/copy-stream";
import { concatenated } from "@/lib/audit/query/record-sql";
import { type ExportColumn, exportColumns, newestFirst } from "./columns";
import type { ExportView } from "./format";

/** The most that a cell of Excel holds, in UTF-16 units. */
const cellLimit = 32_767;
/** Characters kept of a longer text, the mark behind it then fits. Half, where some take two units each. */
const kept = 32_700;

/** C0 controls that XML 1.0 cannot hold, shown as their pictures (U+2401 …), as NUL is (U+2400). */
const controls = [...Array(0x20).keys()].filter((code) => code > 0 && ![0x09, 0x0a, 0x0d].includes(code));
const escapedUnits = (codes: number[]) =>
  codes.map((code) => `\\u${code.toString(16).padStart(4, "0")}`).join("");
const illegal = `e'${escapedUnits(controls)}\\ufffe\\uffff'`;
const shown = `e'${escapedUnits(controls.map((code) => 0x2400 + code))}\\ufffd\\ufffd'`;
const hasIllegal = (text: string) =>
  `${text} ~ '[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff]'`;

/** Cut at Excel's limit, with a mark that says how long it was. */
function cut(text: string): string {
  const astral = `${text} ~ '[\\U00010000-\\U0010ffff]'`;
  const tooLong = `length(${text}) > case when ${astral} then ${Math.floor(cellLimit / 2)} else ${cellLimit} end`;
  const beginning = `left(${text}, case when ${astral} then ${Math.floor(kept / 2)} else ${kept} end)`;
  // A text of few bytes has few characters: the length in bytes costs nothing, the rest is asked of the few others.
  return `case when octet_length(${text}) <= ${cellLimit} then ${text} when ${tooLong}
    then ${beginning} || '… [truncated, ' || length(${text}) || ' characters]' else ${text} end`;
}

const asMarkup = (text: string) =>
  `replace(replace(replace(${text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`;

/**
 * Text as XML. A literal `_x0041_` would be read as a character by Excel (ST_Xstring, ECMA-376 part 1, 22.9.2.19), so its
 * underscore is escaped. Line breaks are references: a line of the COPY is a row.
 */
function asXml(text: string): string {
  const legal = `case when ${hasIllegal(text)} then translate(${text}, ${illegal}, ${shown}) else ${text} end`;
  const literal = `case when strpos(${text}, '_x') > 0 then regexp_replace(${legal}, '_(?=x[0-9A-Fa-f]{4}_)', '_x005F_', 'g') else ${legal} end`;
  return `replace(replace(replace(${asMarkup(literal)}, e'\\r', '&#13;'), e'\\n', '&#10;'), e'\\t', '&#9;')`;
}

const opened = (column: ExportColumn) =>
  `<c t="inlineStr"><is><t${column.outside ? ' xml:space="preserve"' : ""}>`;
const closed = "</t></is></c>";

/** A `<row>` of inline strings: no cell is ever a number, a date or a formula. */
function row(columns: ExportColumn[], textOf: (column: ExportColumn, i: number) => string): string {
  const parts = columns.flatMap((column, i) => [
    `'${i === 0 ? "<row>" : closed}${opened(column)}'`,
    textOf(column, i),
  ]);
  return concatenated([...parts, `'${closed}</row>'`]);
}

/**
 * Whether texts of a row are like most: short enough for every cell together, and nothing in them to be shown otherwise
 * but the signs of XML itself. JSON has its control characters escaped; in the others they would be escaped as JSON.
 */
function isPlain(columns: ExportColumn[]): string {
  const outside = columns.flatMap((column, i) => (column.outside ? [{ column, text: `t${i}` }] : []));
  const all = concatenated(outside.map(({ text }) => text));
  const others = concatenated(outside.filter(({ column }) => !column.isJson).map(({ text }) => text));
  return `octet_length(${all}) <= ${cellLimit} and strpos(to_json(${others})::text, '\\') = 0
    and strpos(${all}, '_x') = 0 and strpos(${all}, e'\\ufffe') = 0 and strpos(${all}, e'\\uffff') = 0`;
}

/** A COPY of one `<row>` a line. */
export function rowsAsXml(where: string, view: ExportView): string {
  const columns = exportColumns(view);
  const texts = columns.map((column, i) => `${column.sql} as t${i}`);
  const own = (column: ExportColumn, text: string) => (column.finish ? column.finish(text) : text);
  const plain = row(columns, (column, i) => (column.outside ? asMarkup(`t${i}`) : own(column, `t${i}`)));
  const cuts = columns.map((column, i) => `${column.outside ? cut(`t${i}`) : own(column, `t${i}`)} as c${i}`);
  const careful = row(columns, (column, i) => (column.outside ? asXml(`c${i}`) : `c${i}`));
  // OFFSET 0 keeps each text from being made anew for every mention of it.
  return copyRows(`
    select case when ${isPlain(columns)} then ${plain}
      else (select ${careful} from (select ${cuts.join(",\n")} offset 0) c) end
    from (
      select e.occurred_at, e.id, ${texts.join(",\n")} from audit_event e where ${where} ${newestFirst} offset 0
    ) e
    ${newestFirst}`);
}

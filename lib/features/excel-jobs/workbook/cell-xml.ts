/** The most that a cell of Excel holds, in UTF-16 units. */
const cellLimit = 32_767;
const kept = 32_700;

/** C0 controls and non-characters, which XML 1.0 cannot hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/**
 * A cell with this text as an inline string: whatever the text begins with, it is no formula and no number.
 * Control characters are shown as their pictures. A literal `_x0041_` would be read as a character (ST_Xstring,
 * ISO/IEC 29500-1, 22.9.2.19), so its underscore is escaped.
 * @param at.prefix of the sheet's own elements, with its colon; "" for none
 * @param at.style index of the cell's format, as it stands in the sheet; null for none
 */
export function textCell(
  text: string,
  at: { reference: string; prefix: string; style: string | null },
): string {
  const { reference, prefix, style } = at;
  const styled = style === null ? "" : ` s="${escaped(style)}"`;
  const inside = `<${prefix}is><${prefix}t xml:space="preserve">${escaped(cellText(text))}</${prefix}t></${prefix}is>`;
  return `<${prefix}c r="${reference}"${styled} t="inlineStr">${inside}</${prefix}c>`;
}

function cellText(text: string): string {
  const lines = text.toWellFormed().replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  const legal = lines.replaceAll(illegal, (sign) =>
    sign < " " ? String.fromCharCode(0x2400 + sign.charCodeAt(0)) : "\ufffd",
  );
  return cut(legal).replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_");
}

function cut(text: string): string {
  if (text.length <= cellLimit) return text;
  const beginning = text.slice(0, kept);
  const whole = beginning.isWellFormed() ? beginning : beginning.slice(0, -1);
  return `${whole}… [cut, ${text.length.toLocaleString("en-US")} characters]`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

import { Unreadable } from "@/lib/platform/reading-apart/unreadable";

export const damagedSheet = () =>
  new Unreadable(
    "The sheet is damaged and its cells cannot be found. Open the workbook in Excel, save it anew as .xlsx and upload that.",
  );

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** The XML of a part, and how it becomes bytes again: what was not changed comes out byte for byte. */
export interface PartText {
  xml: string;
  bytesOf: (xml: string) => Buffer;
}

/**
 * Some programs say that their UTF-8 is US-ASCII: what that lacks is written as references.
 * @throws Unreadable for another encoding than these and UTF-16, which XML of an Office file must have (ISO/IEC 29500-2)
 */
export function partText(part: Uint8Array): PartText {
  const encoding = encodingOf(part);
  const xml = decoded(part, encoding);
  const declared = /^\ufeff?<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/i.exec(xml.slice(0, 200))?.[1];
  if (declared !== undefined && !/^(utf-8|utf-16|us-ascii)$/i.test(declared)) throw damagedSheet();
  const isAscii = declared?.toLowerCase() === "us-ascii";
  if (isAscii && beyondAscii.test(xml)) throw damagedSheet();
  return {
    xml,
    bytesOf(changed) {
      if (isAscii) return Buffer.from(changed.replaceAll(new RegExp(beyondAscii, "gu"), asReference));
      if (encoding === "utf-8") return Buffer.from(changed);
      const little = Buffer.from(changed, "utf16le");
      return encoding === "utf-16le" ? little : little.swap16();
    },
  };
}

const beyondAscii = /[\u0080-\u{10ffff}]/u;
const asReference = (sign: string) => `&#${sign.codePointAt(0)};`;

function encodingOf([a, b]: Uint8Array): Encoding {
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
}

/** With its byte order mark, as that too has to come out again. */
function decoded(part: Uint8Array, encoding: Encoding): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(part);
  } catch {
    throw damagedSheet();
  }
}

/** How far a page's own word about its characters is looked for, in bytes (HTML Standard, "prescan"). */
const prescanBytes = 1_024;

/**
 * Text of a body: by its byte order mark, else the header's charset, else what the page says of itself, else UTF-8.
 * Damaged characters become U+FFFD.
 * @param contentType the header's value
 */
export function decodeText(body: Buffer, contentType: string | undefined): string {
  const label = markOf(body) ?? charsetIn(contentType ?? "") ?? prescanned(body);
  return decoderOf(label).decode(body);
}

function markOf(body: Buffer): string | undefined {
  if (body[0] === 0xff && body[1] === 0xfe) return "utf-16le";
  if (body[0] === 0xfe && body[1] === 0xff) return "utf-16be";
  return undefined;
}

function charsetIn(text: string): string | undefined {
  const [, label] = /(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(text) ?? [];
  return label;
}

function prescanned(body: Buffer): string | undefined {
  const label = charsetIn(body.toString("latin1", 0, prescanBytes));
  // A page that could be read as bytes this far is not in UTF-16, whatever it says.
  return label && /^utf-?16/i.test(label) ? "utf-8" : label;
}

function decoderOf(label: string | undefined): TextDecoder {
  try {
    return new TextDecoder(label ?? "utf-8");
  } catch (error) {
    // A name that is no encoding's.
    if (!(error instanceof RangeError)) throw error;
    return new TextDecoder("utf-8");
  }
}

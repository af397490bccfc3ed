import { deflateSync } from "node:zlib";

interface PdfOptions {
  /** Further entries of the document's catalogue. */
  catalog?: string;
  /** Further objects; the first has the number that `firstFree` gives for as many pages. */
  objects?: string[];
  /** Further entries of the trailer. */
  trailer?: string;
  /** The operators of every page, deflated, in place of its text. */
  packedContent?: Buffer;
  /** The corners of every page in points, in place of A4's: text beyond them is not on the page. */
  box?: [number, number, number, number];
}

/** The number that the first further object of a PDF with so many pages has. */
export const firstFree = (pages: number) => 4 + pages * 2;

/**
 * A PDF (ISO 32000) of plain pages, made here so that a test knows each byte of it.
 * @param pages their lines, in Latin-1
 */
export function makePdf(pages: string[][], options: PdfOptions = {}): Buffer {
  const objects: Buffer[] = [
    Buffer.from(`<< /Type /Catalog /Pages 2 0 R ${options.catalog ?? ""} >>`),
    Buffer.from(
      `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, n) => `${4 + n * 2} 0 R`).join(" ")}] >>`,
    ),
    Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
  ];
  const box = (options.box ?? [0, 0, 595, 842]).join(" ");
  for (const [n, lines] of pages.entries()) {
    objects.push(
      Buffer.from(
        `<< /Type /Page /Parent 2 0 R /MediaBox [${box}] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + n * 2} 0 R >>`,
      ),
      streamOf(options.packedContent ?? deflateSync(Buffer.from(operatorsOf(lines), "latin1"))),
    );
  }
  for (const object of options.objects ?? []) objects.push(Buffer.from(object, "latin1"));
  return withDirectory(objects, options.trailer ?? "");
}

function operatorsOf(lines: string[]): string {
  const shown = lines.map((line) => `(${line.replaceAll(/[()\\]/g, "\\$&")}) Tj 0 -14 Td`);
  return `BT /F1 11 Tf 56 790 Td ${shown.join(" ")} ET`;
}

function streamOf(packed: Buffer): Buffer {
  const head = `<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), packed, Buffer.from("\nendstream")]);
}

function withDirectory(objects: Buffer[], trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  let length = parts[0]?.length ?? 0;
  const places: number[] = [];
  for (const [n, object] of objects.entries()) {
    places.push(length);
    const part = Buffer.concat([Buffer.from(`${n + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    parts.push(part);
    length += part.length;
  }
  const rows = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

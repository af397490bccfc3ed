import { zipSync } from "fflate";
import { type Entry, fromBuffer, type ZipFile } from "yauzl";
import { Unreadable } from "../reading-apart/unreadable";
import { hasMacroTypes } from "./content-types";

/** Parts of an Office file, pictures included; Word and Excel make a few dozen. */
const maxEntries = 1_000;
/** Bytes that the parts with text may have together, counted while they are inflated. */
const maxInflatedBytes = 256 * 1024 * 1024;

/** Parts that hold text or say how parts belong together; pictures, embedded files and the like are not even inflated. */
const textPart = /^(\[Content_Types\]\.xml|(_rels|docProps|xl|word)\/.*\.(xml|rels))$/i;
const otherFolder = /\/(media|embeddings|externalLinks|theme|diagrams|activeX)\//i;
const binaryWorkbook = /^xl\/workbook\.bin$/i;
const macroPart = /(^|\/)(vbaProject\.bin|macrosheets\/|dialogsheets\/)/i;

/** A document type, where entities are declared: an Office file has none. In UTF-8 and in both kinds of UTF-16. */
const doctypes = ["<!DOCTYPE", "<!ENTITY"].flatMap((text) => {
  const little = Buffer.from(text, "utf16le");
  return [Buffer.from(text), little, Buffer.from(little).swap16()];
});

const macros = () =>
  new Unreadable(
    "This file holds macros, and such files are not taken. Save it without macros, as .docx or .xlsx, and upload that.",
  );
/** For what no program could unpack. */
export const damaged = () =>
  new Unreadable("This file is damaged: it cannot be unpacked. Open it, save it anew and upload it again.");

/** Parts of an Office file by their names, without a slash before them. */
export type OfficeParts = Record<string, Uint8Array>;

/**
 * The parts that hold text in a fresh archive without compression: the libraries that read it see only what was counted
 * and checked here.
 * @throws Unreadable as `officeParts` does
 */
export async function officeArchive(file: Buffer): Promise<Buffer> {
  return asArchive(await officeParts(file));
}

/** An archive of these parts, without compression. */
export function asArchive(parts: OfficeParts): Buffer {
  return Buffer.from(zipSync(parts, { level: 0 }));
}

/**
 * The parts of a Word or Excel file (a ZIP archive after ISO/IEC 29500-2) that hold text.
 * @throws Unreadable for what is protected, holds macros, inflates beyond all measure or lies about its sizes
 */
export async function officeParts(file: Buffer): Promise<OfficeParts> {
  const zip = await opened(file);
  if (zip.entryCount > maxEntries)
    throw new Unreadable(
      `This file has ${zip.entryCount.toLocaleString("en-US")} parts, and at most ${maxEntries.toLocaleString("en-US")} are taken. Leave out pictures and embedded files, or split it.`,
    );
  const parts: OfficeParts = Object.create(null);
  const seen = new Set<string>();
  let left = maxInflatedBytes;
  for await (const entry of entriesOf(zip)) {
    // Programs disagree on which of two parts of one name counts: there is no telling what was checked.
    const name = entry.fileName.toLowerCase();
    if (seen.has(name)) throw damaged();
    seen.add(name);
    if (entry.isEncrypted()) throw protectedFile();
    if (macroPart.test(entry.fileName)) throw macros();
    if (binaryWorkbook.test(entry.fileName))
      throw new Unreadable(
        "This is a binary workbook (.xlsb), whatever its name says. Save it as .xlsx and upload that.",
      );
    if (!textPart.test(entry.fileName) || otherFolder.test(entry.fileName)) continue;
    const part = await inflated(zip, entry, left);
    left -= part.length;
    if (doctypes.some((sign) => part.includes(sign)))
      throw new Unreadable(
        "This file declares XML entities, which Word and Excel never do. Open it in Word or Excel, save it anew and upload that.",
      );
    parts[entry.fileName] = part;
  }
  // Without it the libraries would guess.
  const types = parts["[Content_Types].xml"];
  if (!types) throw damaged();
  if (hasMacros(types, seen)) throw macros();
  return parts;
}

function hasMacros(types: Uint8Array, names: Iterable<string>): boolean {
  try {
    return hasMacroTypes(types, names);
  } catch {
    throw damaged();
  }
}

/** For what only its owner can open. */
export const protectedFile = () =>
  new Unreadable("This file is protected by a password. Save it without one and upload it again.");

/**
 * The directory of an archive.
 * @throws Unreadable when there is none
 */
export function opened(file: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(file, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }, (_, zip) =>
      zip ? resolve(zip) : reject(damaged()),
    );
  });
}

/**
 * The entries of an archive, in the order of its directory.
 * @throws Unreadable for a damaged one
 */
export async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | null>((resolve, reject) => {
      zip.removeAllListeners();
      zip.once("entry", resolve);
      zip.once("end", () => resolve(null));
      zip.once("error", () => reject(damaged()));
      zip.readEntry();
    });
    if (!entry) return;
    yield entry;
  }
}

/** One part, counted while it grows; the library ends a part that is not as long as its entry says. */
async function inflated(zip: ZipFile, entry: Entry, left: number): Promise<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (opened ? resolve(opened) : reject(asUnreadable(error))));
  });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > left)
        throw new Unreadable(
          "Unpacked, this file is larger than 256 MB, which is how files are made that bring a server down. Split it into smaller ones.",
        );
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : asUnreadable(error);
  }
  return Buffer.concat(pieces, length);
}

function asUnreadable(error: unknown): Unreadable {
  const message = error instanceof Error ? error.message : "";
  if (/bytes in the stream|size mismatch/i.test(message))
    return new Unreadable(
      "This file lies about the size of its parts, as damaged and hostile ones do. Open it, save it anew and upload it again.",
    );
  return damaged();
}

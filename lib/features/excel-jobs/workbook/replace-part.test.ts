import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { strFromU8, unzipSync, Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { describe, expect, it } from "vitest";
import { entriesOf, opened } from "@/lib/platform/office/office-parts";
import { packed } from "@/tests/support/documents/office";
import { propertyRuns } from "@/tests/support/property-runs";
import { replacePart } from "./replace-part";

/** What the directory of an archive says of its parts, as another library reads it. */
async function listed(file: Buffer) {
  const found = [];
  for await (const entry of entriesOf(await opened(file)))
    found.push({ name: entry.fileName, size: entry.uncompressedSize, comment: entry.comment });
  return found;
}

/** An archive whose sizes stand behind each part, as programs write that do not know them before. */
function streamed(parts: Record<string, Uint8Array>): Buffer {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((_, piece) => pieces.push(piece));
  for (const [index, [name, bytes]] of Object.entries(parts).entries()) {
    const entry = index % 2 === 0 ? new ZipDeflate(name) : new ZipPassThrough(name);
    zip.add(entry);
    entry.push(bytes, true);
  }
  zip.end();
  return Buffer.concat(pieces);
}

const u = (bytes: 2 | 4, value: number) => {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
};
const u64 = (value: number) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
};
const full = u(4, 0xffff_ffff);

/** An archive with 8 bytes for every number, and a comment, as some programs write each. */
function in64(parts: Record<string, Uint8Array>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(parts)) {
    const data = deflateRawSync(bytes);
    const common = [u(2, 0), u(2, 8), u(4, 0), u(4, crc32(bytes)), full, full, u(2, name.length)];
    const sizes = Buffer.concat([u64(bytes.length), u64(data.length)]);
    const other = Buffer.concat([u(2, 0x9999), u(2, 2), Buffer.from("hi")]);
    const extra = Buffer.concat([other, u(2, 1), u(2, 16), sizes]);
    const header = [u(4, 0x04034b50), u(2, 45), ...common, u(2, extra.length), Buffer.from(name), extra];
    const body = Buffer.concat([...header, data]);
    const place = Buffer.concat([u(2, 1), u(2, 24), sizes, u64(offset)]);
    directory.push(
      Buffer.concat([u(4, 0x02014b50), u(2, 45), u(2, 45), ...common, u(2, place.length), u(2, 3)]),
      Buffer.concat([u(2, 0), u(2, 0), u(4, 0), full, Buffer.from(name), place, Buffer.from("end")]),
    );
    bodies.push(body);
    offset += body.length;
  }
  const records = Buffer.concat(directory);
  const count = Object.keys(parts).length;
  const version = Buffer.concat([u(2, 45), u(2, 45), u(4, 0), u(4, 0)]);
  const counts = Buffer.concat([u64(count), u64(count), u64(records.length), u64(offset)]);
  const end64 = Buffer.concat([u(4, 0x06064b50), u64(44), version, counts]);
  const locator = Buffer.concat([u(4, 0x07064b50), u(4, 0), u64(offset + records.length), u(4, 1)]);
  const end = [u(4, 0x06054b50), u(2, 0), u(2, 0), u(2, 0xffff), u(2, 0xffff), full, full, u(2, 4)];
  return Buffer.concat([...bodies, records, end64, locator, ...end, Buffer.from("note")]);
}

const parts = {
  "a.xml": Buffer.from("<a/>"),
  "b/sheet.xml": Buffer.from("<sheet>old</sheet>".repeat(50)),
  "c.bin": Buffer.from([0, 1, 2, 0x50, 0x4b, 3, 4, 5]),
};
const archives: [string, (parts: Record<string, Uint8Array>) => Buffer][] = [
  ["packed at once", packed],
  ["with sizes behind the parts", streamed],
  ["with 8 bytes a number", in64],
];

describe.each(archives)("an archive %s", (_, make) => {
  it.each(Object.keys(parts))("has %s replaced and all else as it was", async (name) => {
    const before = make(parts);
    const content = Buffer.from("<sheet>new, and longer than it was before: &#228;</sheet>".repeat(90));
    const after = replacePart(before, name, content);
    const wanted = (await listed(before)).map((entry) =>
      entry.name === name ? { ...entry, size: content.length } : entry,
    );
    expect(await listed(after)).toEqual(wanted);
    for (const [other, bytes] of Object.entries(unzipSync(after)))
      expect(strFromU8(bytes), other).toBe(
        (other === name ? content : parts[other as keyof typeof parts]).toString("utf8"),
      );
    // What lies before the part is the very same bytes; so is each other part as it is packed.
    const at = before.indexOf(name) - 30;
    expect(after.subarray(0, at).equals(before.subarray(0, at))).toBe(true);
  });

  it("takes any content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (content) => {
        const after = unzipSync(replacePart(make(parts), "b/sheet.xml", content));
        expect(Buffer.from(after["b/sheet.xml"] ?? []).equals(content)).toBe(true);
        expect(Buffer.from(after["c.bin"] ?? []).equals(parts["c.bin"])).toBe(true);
      }),
      { numRuns: propertyRuns(50) },
    );
  });
});

describe("a damaged archive", () => {
  const damage = (at: (file: Buffer) => number, value: number) => {
    const file = packed(parts);
    file.writeUInt32LE(value, at(file));
    return () => replacePart(file, "b/sheet.xml", Buffer.from("x"));
  };
  const record = (file: Buffer, name: string) => file.lastIndexOf(name) - 46;

  it("is refused where the directory leads astray", () => {
    const wrong = [
      damage((file) => file.length - 6, 3),
      damage((file) => record(file, "b/sheet.xml") + 42, 1),
      damage((file) => record(file, "c.bin") + 42, 0),
      damage((file) => record(file, "b/sheet.xml") + 20, 1_000_000),
      () => replacePart(packed(parts), "missing.xml", Buffer.from("x")),
    ];
    for (const [index, replace] of wrong.entries())
      expect(replace, String(index)).toThrow(/damaged|out of range/);
  });
});

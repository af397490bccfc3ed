import { crc32, deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import {
  dataDescriptor,
  directory,
  localHeader,
  type ZipEntry,
} from "@/lib/audit/export/formats/zip-directory";
import { nodePlatform } from "@/lib/audit/proof/verify/node-platform";
import { type ByteSource, readZip } from "@/lib/audit/proof/verify/zip-reader";

const gib = 1024 ** 3;
const at = new Date("2026-11-22T03:04:05Z");

/** A file of which only some stretches hold anything: a real one of this length would take minutes. */
function sparse(): { put(offset: number, bytes: Buffer): void; source(size: number): ByteSource } {
  const written: { offset: number; bytes: Buffer }[] = [];
  return {
    put: (offset, bytes) => written.push({ offset, bytes }),
    source: (size) => ({
      size,
      async read(from, length) {
        const out = Buffer.alloc(Math.min(length, size - from));
        for (const { offset, bytes } of written) {
          const begin = Math.max(from, offset);
          const end = Math.min(from + out.length, offset + bytes.length);
          if (begin < end) bytes.copy(out, begin - from, begin - offset, end - offset);
        }
        return out;
      },
    }),
  };
}

it.each([
  ["whose parts stand behind 4 GiB", 5 * gib, 9 * gib],
  ["with a part that unpacks to more than 4 GiB", 2 * gib, 9 * gib],
])("a zip %s is read as it was written, and nothing is odd about it", async (_what, packed, size) => {
  const file = sparse();
  const large: ZipEntry = { path: "events.ndjson", crc32: 1, packed, size, offset: 0 };
  file.put(0, localHeader(large.path, at));
  let length = localHeader(large.path, at).length + packed;
  const put = (bytes: Buffer) => {
    file.put(length, bytes);
    length += bytes.length;
  };
  put(dataDescriptor(large));
  const text = Buffer.from('{"rows":1}');
  const content = deflateRawSync(text);
  const small = {
    path: "manifest.json",
    crc32: crc32(text),
    packed: content.length,
    size: text.length,
    offset: length,
  };
  put(localHeader(small.path, at));
  put(content);
  put(dataDescriptor(small));
  put(directory([large, small], length, at));

  const { entries, oddity } = await readZip(file.source(length), nodePlatform);
  expect(oddity).toBeNull();
  expect(entries.map(({ name, bytes }) => ({ name, bytes }))).toEqual([
    { name: "events.ndjson", bytes: size },
    { name: "manifest.json", bytes: text.length },
  ]);
  const read: Uint8Array[] = [];
  for await (const chunk of entries[1]?.open() ?? []) read.push(chunk);
  expect(Buffer.concat(read).toString()).toBe(text.toString());
});

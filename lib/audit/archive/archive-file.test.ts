import { createHash } from "node:crypto";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArchiveUnwritable, freeName, openArchive, writeArchiveFile } from "./archive-file";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "gurulog-archive-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* bytes(parts: string[], failure?: Error): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
  if (failure) throw failure;
}

const write = (body: AsyncIterable<Uint8Array>, check = () => {}) =>
  writeArchiveFile({ folder, name: "day.zip", tag: "log", body, check });

describe("a file of the archive", () => {
  it("stands whole under its name, readable by its owner alone, with its digest", async () => {
    const written = await write(bytes(["one ", "two"]));
    expect(readdirSync(folder)).toEqual(["day.zip"]);
    expect(readFileSync(path.join(folder, "day.zip"), "utf8")).toBe("one two");
    expect(written).toEqual({ bytes: 7, sha256: createHash("sha256").update("one two").digest() });
    expect(statSync(path.join(folder, "day.zip")).mode & 0o777).toBe(0o600);
  });

  it("is not there at all when it could not be made to its end, or what was made is not whole", async () => {
    await expect(write(bytes(["half"], new Error("the query was ended")))).rejects.toThrow(
      "the query was ended",
    );
    expect(readdirSync(folder)).toEqual([]);
    const check = () => {
      throw new Error("an event is missing");
    };
    await expect(write(bytes(["all"]), check)).rejects.toThrow("an event is missing");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("has a hidden name while it is written", async () => {
    async function* watched(): AsyncIterable<Uint8Array> {
      yield Buffer.from("first");
      expect(readdirSync(folder)).toEqual([".day.zip.log.part"]);
      yield Buffer.from("second");
    }
    await write(watched());
    expect(readdirSync(folder)).toEqual(["day.zip"]);
  });

  it("does not follow a link that somebody put where it is written first", async () => {
    const elsewhere = path.join(folder, "elsewhere");
    writeFileSync(elsewhere, "untouched");
    symlinkSync(elsewhere, path.join(folder, ".day.zip.log.part"));
    await write(bytes(["new"]));
    expect(readFileSync(elsewhere, "utf8")).toBe("untouched");
    expect(readFileSync(path.join(folder, "day.zip"), "utf8")).toBe("new");
  });

  it("gets the first name that no file has", async () => {
    const nameOf = (part: number) => `day-${part}.zip`;
    expect(await freeName(folder, nameOf, 1)).toBe("day-1.zip");
    writeFileSync(path.join(folder, "day-1.zip"), "");
    writeFileSync(path.join(folder, "day-2.zip"), "");
    expect(await freeName(folder, nameOf, 1)).toBe("day-3.zip");
  });
});

describe("the folder of the archive", () => {
  it("is made, but none above it: a missing disk must not be replaced by another", async () => {
    await openArchive(path.join(folder, "archive"));
    await openArchive(path.join(folder, "archive"));
    await expect(openArchive(path.join(folder, "no-disk", "archive"))).rejects.toThrow(/no-disk.*ENOENT/);
    expect(readdirSync(folder)).toEqual(["archive"]);
  });

  it("is refused when it is a file, or below one, with a sentence that names it", async () => {
    const file = path.join(folder, "file");
    writeFileSync(file, "");
    for (const where of [file, path.join(file, "archive")])
      await expect(openArchive(where)).rejects.toThrow(ArchiveUnwritable);
    await expect(openArchive(path.join(file, "archive"))).rejects.toThrow(file);
  });
});

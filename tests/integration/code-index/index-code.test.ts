import { writeFileSync } from "node:fs";
import path from "node:path";
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bucketOf, readPosting } from "@/lib/platform/code/postings";
import { symbolLiteralKeys, symbolNameKey } from "@/lib/platform/code/trigrams";
import { TestRepository } from "../network-sources/git-server";
import { eventsOf, product, sourceRow, withFetchingProduct } from "../network-sources/harness";
import {
  clearedLater,
  codeOf,
  filesOf,
  lookAgain,
  pathsNaming,
  repositoryRow,
  segmentsOf,
  textOf,
} from "./harness";

withFetchingProduct();

const long = Array.from({ length: 4_000 }, (_, n) => `const line${n} = ${n};`).join("\n");

describe("the code of a repository", () => {
  it("is indexed as it is: names, lines, bytes, every character, and what it can be found by", async () => {
    const repository = new TestRepository();
    const hostile = `a\tb\u202e<script>\r\nKelvin \u212A naïve 𐐀\n${"x".repeat(40_000)}\nno end`;
    const commit = repository.commit({
      "src/a.ts": "export function foldAway() {}\n",
      "b c/ü\nline.txt": hostile,
      "long.js": long,
      "picture.png": Buffer.from([0x89, 0x50, 0, 0, 1]),
      "empty.txt": "",
      "latin.txt": Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a]),
    });
    const id = await codeOf(repository);
    const row = await repositoryRow(id);
    expect(row).toMatchObject({
      generation: 1,
      files: 5,
      problem: null,
      running: false,
      attempts: 0,
      heads: [{ branch: "main", commit, isDefault: true }],
    });
    expect(row.name).toMatch(/^(localhost|127\.0\.0\.1):\d+\/team\/handbook$/);
    const files = await filesOf(id);
    expect(files.map(({ path, lines }) => [path, lines])).toEqual([
      ["b c/ü\nline.txt", 4],
      ["empty.txt", 0],
      ["latin.txt", 1],
      ["long.js", 4_000],
      ["src/a.ts", 1],
    ]);
    const texts = await Promise.all(files.map(textOf));
    expect(texts).toEqual([hostile, "", "caf\ufffd\n", long, "export function foldAway() {}\n"]);
    expect(files.map(({ bytes }) => bytes)).toEqual(texts.map((text) => Buffer.byteLength(text)));
    expect(files.map(({ language }) => language)).toEqual([
      "Text",
      "Text",
      "Text",
      "JavaScript",
      "TypeScript",
    ]);
    const [typed] = await product.admin`
      select symbols, p.ordinal, p.segment_id::int from code_part p join code_file f using (segment_id)
      where f.source_id = ${id} and f.path = 'src/a.ts' and p.file_ordinal = f.ordinal`;
    expect(JSON.parse(inflateRawSync(typed?.symbols).toString())).toEqual([
      [1, 17, "foldAway", "function", null, 8],
    ]);
    const [segment] = await product.admin`select buckets from code_segment where id = ${typed?.segment_id}`;
    for (const key of [symbolNameKey("foldaway"), ...symbolLiteralKeys("daw")]) {
      const [row] = await product.admin`
        select data from code_posting
        where segment_id = ${typed?.segment_id} and bucket = ${bucketOf(key, segment?.buckets)}`;
      expect([...(readPosting(row?.data, key) ?? [])]).toEqual([typed?.ordinal]);
    }
    expect(await pathsNaming(id, "FOLDaway")).toEqual(["src/a.ts"]);
    expect(await pathsNaming(id, "kelvin k NAÏVE 𐐨")).toEqual(["b c/ü\nline.txt"]);
    expect(await pathsNaming(id, "line3999")).toEqual(["long.js"]);
    expect(await pathsNaming(id, "nowhere at all")).toEqual([]);
    const parts = await product.admin`
      select first_line, byte_offset, p.bytes from code_part p join code_file f using (segment_id)
      where path = 'long.js' and file_ordinal = f.ordinal and source_id = ${id} order by p.ordinal`;
    expect(parts.length).toBeGreaterThan(3);
    for (const [n, { first_line, byte_offset }] of parts.entries()) {
      expect(byte_offset).toBe(parts.slice(0, n).reduce((sum, part) => sum + part.bytes, 0));
      expect(long.slice(0, byte_offset).split("\n").length).toBe(first_line);
    }
  });

  it("is brought up to date by what has changed alone", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "of a", "b.txt": "of b", "c.txt": "of c", "long.js": long });
    const id = await codeOf(repository);
    const before = await filesOf(id);
    const [first] = await segmentsOf(id);
    repository.git("rm", "--quiet", "c.txt");
    repository.git("mv", "a.txt", "moved.txt");
    repository.commit({ "b.txt": "of b, changed", "new.txt": "new" });
    await lookAgain(id);
    const after = await filesOf(id);
    expect(after.map(({ path }) => path)).toEqual(["b.txt", "long.js", "moved.txt", "new.txt"]);
    expect(after.find(({ path }) => path === "long.js")).toEqual(
      before.find(({ path }) => path === "long.js"),
    );
    const [, second] = await segmentsOf(id);
    expect(await segmentsOf(id)).toEqual([first, second]);
    expect(after.filter(({ segment_id }) => segment_id === second).map(({ path }) => path)).toEqual([
      "b.txt",
      "moved.txt",
      "new.txt",
    ]);
    expect(await pathsNaming(id, "of b, changed")).toEqual(["b.txt"]);
    expect(await pathsNaming(id, "of c")).toEqual([]);
    expect(await repositoryRow(id)).toMatchObject({ generation: 2, files: 4 });
    // Readers of the generation before see theirs until it is cleared away.
    const old = await product.admin`
      select path from code_file where source_id = ${id} and from_generation <= 1 and to_generation > 1 order by path`;
    expect(old.map(({ path }) => path)).toEqual(["a.txt", "b.txt", "c.txt"]);
    await clearedLater(id);
    expect(await filesOf(id)).toEqual(after);
    expect(
      await product.admin`select from code_file where source_id = ${id} and to_generation is not null`,
    ).toEqual(expect.objectContaining({ length: 0 }));
    // A look that finds nothing new changes nothing.
    await lookAgain(id);
    expect(await repositoryRow(id)).toMatchObject({ generation: 2 });
  });

  it("is written anew where most of a segment is dead, and where there are many small ones", async () => {
    const repository = new TestRepository();
    repository.commit({ "kept.txt": "kept", "long.js": long });
    const id = await codeOf(repository);
    const [first] = await segmentsOf(id);
    repository.commit({ "long.js": "short now" });
    await lookAgain(id);
    await clearedLater(id);
    expect(await segmentsOf(id)).not.toContain(first);
    for (let n = 0; n < 10; n++) {
      repository.commit({ [`n${n}.txt`]: `number ${n}` });
      await lookAgain(id);
    }
    await clearedLater(id);
    expect((await segmentsOf(id)).length).toBeLessThan(9);
    expect((await filesOf(id)).length).toBe(12);
    for (let n = 0; n < 10; n++) expect(await pathsNaming(id, `number ${n}`)).toEqual([`n${n}.txt`]);
    expect(await pathsNaming(id, "kept")).toEqual(["kept.txt"]);
  });

  it("is kept once where branches share it, and says which have it", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "of main", "shared.txt": "the same" });
    repository.git("checkout", "--quiet", "-b", "next");
    repository.commit({ "a.txt": "of next" });
    repository.git("checkout", "--quiet", "main");
    const id = await codeOf(repository, { branches: "next\nmain" });
    const shape = async () => (await filesOf(id)).map(({ path, branches }) => [path, branches]);
    expect((await repositoryRow(id)).heads).toMatchObject([
      { branch: "main", isDefault: true },
      { branch: "next", isDefault: false },
    ]);
    expect(await shape()).toEqual([
      ["a.txt", 1],
      ["a.txt", 2],
      ["shared.txt", 3],
    ]);
    const segments = await segmentsOf(id);
    repository.git("checkout", "--quiet", "next");
    repository.git("rm", "--quiet", "shared.txt");
    repository.commit({});
    repository.git("checkout", "--quiet", "main");
    await lookAgain(id);
    expect(await shape()).toEqual([
      ["a.txt", 1],
      ["a.txt", 2],
      ["shared.txt", 1],
    ]);
    expect(await segmentsOf(id)).toEqual(segments);
  });

  it("takes what is as large and as odd as it may be", async () => {
    const repository = new TestRepository();
    repository.commit({
      "too-large.txt": "x".repeat(1_048_577),
      "escape.txt": "\u001b[31m\u0007\u200f\ufeff\u2028",
    });
    const cjk = Array.from({ length: 340_000 }, (_, n) =>
      String.fromCodePoint(0x4e00 + ((n * 7_919) % 20_000)),
    );
    writeFileSync(path.join(repository.folder, "wide.txt"), cjk.join(""));
    repository.git("add", "--all");
    const blob = repository.git("hash-object", "-w", "escape.txt");
    const deep = Array.from({ length: 10 }, () => "ü".repeat(99)).join("/");
    repository.commitEntry("100644", blob, deep);
    repository.commitEntry("100644", blob, "quote'\\\"<b>\u202e.txt");
    repository.git("reset", "--quiet", "--hard");
    const id = await codeOf(repository);
    expect((await repositoryRow(id)).problem).toBeNull();
    const files = await filesOf(id);
    expect(files.map((file) => file.path).sort()).toEqual(
      ["escape.txt", "quote'\\\"<b>\u202e.txt", "wide.txt", deep].sort(),
    );
    const wide = files.find((file) => file.path === "wide.txt");
    expect(wide).toMatchObject({ lines: 1, parts: 1, bytes: 1_020_000 });
    expect(await textOf(wide ?? {})).toBe(cjk.join(""));
    expect(await pathsNaming(id, cjk.slice(1_000, 1_020).join(""))).toEqual(["wide.txt"]);
    const [found] = await product.admin`
      select path from code_file where source_id = ${id} and md5(path) = md5(${deep}) and path = ${deep}`;
    expect(found?.path).toBe(deep);
  });

  it("goes with its source, and leaves no event of its own", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "words" });
    const id = await codeOf(repository);
    expect((await eventsOf(id)).map(({ operation }) => operation)).toEqual([
      "ADD_DATASOURCE",
      "INDEX_DATASOURCE",
    ]);
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS" });
    const segments = await segmentsOf(id);
    await product.admin`delete from data_source where id = ${id}`;
    for (const table of ["code_repository", "code_segment", "code_file"])
      expect(await product.admin`select from ${product.admin(table)} where source_id = ${id}`).toHaveLength(
        0,
      );
    for (const table of ["code_part", "code_posting"])
      expect(
        await product.admin`select from ${product.admin(table)} where segment_id = any(${segments})`,
      ).toHaveLength(0);
  });
});

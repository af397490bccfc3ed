import "@/lib/audit/proof/node-primitives";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { dataDescriptor, directory, localHeader } from "@/lib/audit/export/formats/zip-directory";
import { checkFiles, type Outcome } from "@/lib/audit/proof/verify/check-files";
import { nodePlatform } from "@/lib/audit/proof/verify/node-platform";
import { plainPlatform } from "@/lib/audit/proof/verify/platform";
import { make } from "../exports/make-file";
import { readVerifiable } from "../exports/read-files";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

let log: SigningHarness;
let zip: Buffer;
let parts: Record<string, Uint8Array>;
const folder = mkdtempSync(path.join(tmpdir(), "gurulog-zips-"));
beforeAll(async () => {
  log = await signingHarness();
  await log.grow(40);
  await log.signed();
  zip = (await make(verifiable)).bytes;
  parts = readVerifiable(zip).parts;
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await log.close();
});

const platforms = { node: nodePlatform, plain: plainPlatform };

async function check(bytes: Uint8Array, platform: keyof typeof platforms = "node"): Promise<Outcome> {
  const source = {
    size: bytes.length,
    read: async (at: number, length: number) => bytes.subarray(at, at + length),
  };
  return checkFiles([{ name: "export.zip", source }], {
    trust: { pinned: [] },
    platform: platforms[platform],
  });
}

/** How a part is written otherwise than the directory says. */
interface Hidden {
  /** The name in front of the part. */
  name?: string;
  /** Follows the packed content, as if it were of it. */
  within?: Buffer;
  /** Stands behind the part, in no entry. */
  behind?: Buffer;
}

const now = new Date();

/** A part as it is read by whoever reads a zip from its beginning. */
function written(name: string, content: Uint8Array, { within = Buffer.alloc(0) }: Hidden = {}) {
  const packed = Buffer.concat([deflateRawSync(content), within]);
  const entry = { path: name, crc32: crc32(content), packed: packed.length, size: content.length, offset: 0 };
  return { entry, bytes: (local: string) => [localHeader(local, now), packed, dataDescriptor(entry)] };
}

/** The export put together anew, with what somebody hides in it. */
function zipOf(hidden: Record<string, Hidden> = {}, before = Buffer.alloc(0)): Buffer {
  const out: Buffer[] = [before];
  const length = () => out.reduce((sum, { length }) => sum + length, 0);
  const entries = Object.entries(parts).map(([name, content]) => {
    const { entry, bytes } = written(name, content, hidden[name]);
    entry.offset = length();
    out.push(...bytes(hidden[name]?.name ?? name), hidden[name]?.behind ?? Buffer.alloc(0));
    return entry;
  });
  return Buffer.concat([...out, directory(entries, length(), now)]);
}

/** Another events.ndjson, as an entry of its own that the directory does not list. */
const forged = () => Buffer.concat(written("events.ndjson", Buffer.from("{}\n")).bytes("events.ndjson"));

describe("a verifiable export that is put together as usual verifies", () => {
  it("as it was written, and packed anew by other programs", async () => {
    expect(await check(zip)).toMatchObject({ verified: true, findings: [] });
    expect(await check(zipOf())).toMatchObject({ verified: true, findings: [] });
    expect(await check(zipSync(parts))).toMatchObject({ verified: true, findings: [] });
    expect(await check(zipSync(parts, { level: 0 }))).toMatchObject({ verified: true, findings: [] });
    for (const [name, bytes] of Object.entries(parts)) writeFileSync(path.join(folder, name), bytes);
    const names = Object.keys(parts);
    const python = ["-m", "zipfile", "-c", "python.zip", ...names];
    for (const [command, args, made] of [
      ["zip", ["-q", "zip.zip", ...names], "zip.zip"],
      ["python3", python, "python.zip"],
    ] as const) {
      if (spawnSync(command, ["--version"]).error) continue;
      execFileSync(command, args, { cwd: folder });
      expect(await check(readFileSync(path.join(folder, made))), command).toMatchObject({
        verified: true,
        findings: [],
      });
    }
  });
});

describe("what the directory of the zip does not say is found", () => {
  it("bytes in front that move every place make it no zip", async () => {
    await expect(check(Buffer.concat([forged(), zipOf()]))).rejects.toThrow("damaged");
  });

  it.each<[string, () => Buffer, RegExp]>([
    ["another name in front of a part", () => zipOf({ "README.txt": { name: "README.md_" } }), /own header/],
    ["a part between two others", () => zipOf({ "proofs.ndjson": { behind: forged() } }), /does not list/],
    ["a part in front of the first", () => zipOf({}, forged()), /does not list/],
    ["a part behind the last", () => zipOf({ [last()]: { behind: forged() } }), /does not list/],
    ["a second directory in front of the end, which some take", withTwoDirectories, /its directory/],
    ["a second directory by zip64, which some take", withSecondDirectory, /its directory/],
    ["a second end in the comment, which some take", withSecondEnd, /a comment stands behind/],
    [
      "a part within the packed rest of another",
      () => zipOf({ "README.txt": { within: forged() } }),
      /goes on/,
    ],
    ["one within the packed events", () => zipOf({ "events.ndjson": { within: forged() } }), /goes on/],
  ])("%s", async (_what, made, says) => {
    for (const platform of ["node", "plain"] as const) {
      const outcome = await check(made(), platform).catch((error: Error) => error);
      if (outcome instanceof Error) throw outcome;
      expect(outcome.verified).toBe(false);
      expect(outcome.findings).toContainEqual({ kind: "manifest", message: expect.stringMatching(says) });
    }
  });
});

const last = () => Object.keys(parts).at(-1) ?? "";

/** Some programs take the directory that stands in front of the end, wherever the end says that it begins. */
function withTwoDirectories(): Buffer {
  const plain = zipOf();
  const end = plain.subarray(-22);
  const other = plain.subarray(end.readUInt32LE(16), -22);
  return Buffer.concat([plain.subarray(0, -22), other, end]);
}

/** A record that leads to another directory, in front of the end; nothing in the end asks for it. */
function withSecondDirectory(): Buffer {
  const plain = zipOf();
  const end = plain.subarray(-22);
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(plain.length - 22), 56 + 8);
  record.writeUInt32LE(1, 56 + 16);
  return Buffer.concat([plain.subarray(0, -22), record, end]);
}

/** Some programs take the last end that they find, though it stands in the comment of another. */
function withSecondEnd(): Buffer {
  const plain = zipOf();
  const comment = Buffer.concat([plain.subarray(-22), Buffer.from("!")]);
  const out = Buffer.concat([plain, comment]);
  out.writeUInt16LE(comment.length, plain.length - 2);
  return out;
}

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

const run = promisify(execFile);
const mostBytes = 1024 ** 2;
/** A package with more files gives as many as this, those whose paths' hashes come first. */
const mostOfPackage = 8_000;

export interface Corpus {
  /** Holds a folder for each repository. */
  folder: string;
  repositories: string[];
  files: number;
  bytes: number;
}

interface Wanted {
  files: number;
  bytes: number;
}

/** Loads a package from the registry with npm itself. */
async function tarball(folder: string, name: string, version: string): Promise<string> {
  const file = path.join(folder, `${name.replace(/^@/, "").replaceAll("/", "-")}-${version}.tgz`);
  if (!existsSync(file))
    await run("npm", ["pack", "--silent", `${name}@${version}`, "--pack-destination", folder]);
  return file;
}

/** Its text files; a path that leads elsewhere than into the folder is none of them. */
async function textsOf(file: string): Promise<Map<string, Buffer>> {
  const texts = new Map<string, Buffer>();
  const entries = createReadStream(file).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { type, name, size = 0 } = entry.header;
    const inside = path.posix.normalize(name).split("/").slice(1);
    if (type !== "file" || size === 0 || size > mostBytes || inside.length === 0 || inside.includes(".."))
      continue;
    const content = Buffer.concat(chunks);
    if (!content.includes(0) && isUtf8(content)) texts.set(inside.join("/"), content);
  }
  return texts;
}

function isUtf8(content: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}

const hash = (content: Buffer | string) => createHash("sha256").update(content).digest("hex");

/**
 * Text files of packages of the npm registry, each content once, until there are as many files and bytes as wanted.
 * @param folder outside the repository; what a run before this one has made is used again
 */
export async function makeCorpus(folder: string, wanted: Wanted): Promise<Corpus> {
  const note = path.join(folder, `corpus-${wanted.files}-${wanted.bytes}.json`);
  if (existsSync(note)) return JSON.parse(readFileSync(note, "utf8"));
  const tarballs = path.join(folder, "tarballs");
  const files = path.join(folder, `repositories-${wanted.files}-${wanted.bytes}`);
  mkdirSync(tarballs, { recursive: true });
  rmSync(files, { recursive: true, force: true });
  const packages: [string, string][] = JSON.parse(
    readFileSync(path.join("bench", "code", "packages.json"), "utf8"),
  );
  const corpus: Corpus = { folder: files, repositories: [], files: 0, bytes: 0 };
  const seen = new Set<string>();
  for (const [name, version] of packages) {
    if (corpus.files >= wanted.files && corpus.bytes >= wanted.bytes) break;
    const texts = [...(await textsOf(await tarball(tarballs, name, version)))]
      .map(([inside, content]) => ({ inside, content, order: hash(inside) }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .slice(0, Math.min(mostOfPackage, Math.ceil(wanted.files / 10)));
    const repository = name.replace(/^@/, "").replaceAll("/", "-");
    corpus.repositories.push(repository);
    for (const { inside, content } of texts) {
      const key = hash(content);
      const file = path.join(files, repository, inside);
      // Two names that differ by case alone, or one that is the other's folder, may be one on this machine.
      if (seen.has(key) || existsSync(file)) continue;
      seen.add(key);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      corpus.files += 1;
      corpus.bytes += content.length;
    }
    console.log(`${name}: ${corpus.files} files, ${Math.round(corpus.bytes / 1e6)} MB`);
  }
  if (corpus.files < wanted.files || corpus.bytes < wanted.bytes)
    throw new Error("The packages of packages.json do not hold enough text. Add some.");
  writeFileSync(note, JSON.stringify(corpus));
  return corpus;
}

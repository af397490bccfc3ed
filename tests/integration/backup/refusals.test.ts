import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { extract, pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Manifest, manifestName } from "../../../scripts/backup/format";
import { checkBackup } from "../../../scripts/backup/read-backup";
import { assertMigrationsKnown } from "../../../scripts/backup/rebuild-schema";
import { createTestProduct, type TestProduct } from "../../support/product";
import { propertyRuns } from "../../support/property-runs";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { openWorkshop, product, type Workshop } from "./backup-for-tests";

let source: TestProduct;
let workshop: Workshop;
let file: string;
let manifest: Manifest;
interface Entry {
  name: string;
  type?: "file" | "symlink";
  mode?: number;
  linkname?: string;
  content: Buffer;
}
let entries: Entry[];

beforeAll(async () => {
  workshop = openWorkshop();
  source = await createTestProduct();
  await insertEvents(source.admin, variedEvents(300));
  file = await workshop.backUp(source.database.urls.admin);
  manifest = await checkBackup(file);
  entries = await entriesOf(file);
});

afterAll(async () => {
  await source.close();
  workshop.close();
});

/** By another reader of tar than ours. */
async function entriesOf(name: string): Promise<Entry[]> {
  const found: Entry[] = [];
  const reader = extract();
  const reading = pipeline(createReadStream(name).pipe(createGunzip()), reader);
  for await (const entry of reader) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    const { name: entryName, type, mode = 0 } = entry.header;
    expect(type).toBe("file");
    found.push({ name: entryName, mode, content: Buffer.concat(parts) });
  }
  await reading;
  return found;
}

let written = 0;
function fileOf(content: Buffer): string {
  const name = path.join(workshop.folder, `altered-${++written}.tar.gz`);
  writeFileSync(name, content);
  return name;
}

async function tarOf(all: (Omit<Entry, "content"> & { content?: Buffer | string })[]): Promise<string> {
  const writer = pack();
  const parts: Buffer[] = [];
  for (const { content, ...header } of all) writer.entry(header, Buffer.from(content ?? ""));
  writer.finalize();
  for await (const part of writer) parts.push(part as Buffer);
  return fileOf(gzipSync(Buffer.concat(parts)));
}

const refused = (name: string) =>
  checkBackup(name).then(
    () => "accepted",
    (error: Error) => `${error.name}: ${error.message}`,
  );

function withManifest(change: (found: Manifest) => unknown): Entry[] {
  return entries.map((entry) => {
    if (entry.name !== manifestName) return entry;
    const content = Buffer.from(JSON.stringify(change(structuredClone(manifest))));
    return { ...entry, content };
  });
}

test("any other reader of tar finds plain files: the head, the rows, the manifest", () => {
  expect(entries[0]?.name).toBe("gurulog-backup.json");
  expect(entries.at(-1)?.name).toBe(manifestName);
  expect(entries.every(({ mode }) => mode === 0o600)).toBe(true);
  const events = manifest.tables.findIndex(
    ({ name, rows }) => name.startsWith("audit_event_") && rows === 300,
  );
  const prefix = `data/${String(events).padStart(4, "0")}/`;
  const rows = Buffer.concat(
    entries.filter(({ name }) => name.startsWith(prefix)).map(({ content }) => content),
  );
  expect(createHash("sha256").update(rows).digest("hex")).toBe(manifest.tables[events]?.sha256);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("cut short anywhere, it is refused in one line", async () => {
  const whole = readFileSync(file);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
      expect(await refused(fileOf(whole.subarray(0, length)))).toMatch(
        /^StartError: This is no usable backup: .*\.$/,
      );
    }),
    { numRuns: propertyRuns(25) },
  );
});

test("a byte changed anywhere is refused, or changes nothing that is read", async () => {
  const whole = readFileSync(file);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ flip;
      const name = fileOf(changed);
      const answer = await refused(name);
      if (answer === "accepted") {
        // gzip has bits that say nothing: the time and system in its header, the padding before its checksum.
        expect(gunzipSync(changed).equals(gunzipSync(whole)), `byte ${at}`).toBe(true);
        expect(await checkBackup(name)).toEqual(manifest);
      } else expect(answer).toMatch(/^StartError: This is no usable backup: .*\.$/);
    }),
    { numRuns: propertyRuns(60) },
  );
});

describe("a file that was made otherwise is refused in one line", () => {
  const head = () => ({ name: "gurulog-backup.json", content: entries[0]?.content ?? "" });
  const bomb = () => gzipSync(Buffer.concat([gunzipSync(readFileSync(file)), Buffer.alloc(50_000_000)]));
  const cases: [string, () => string | Promise<string>, RegExp][] = [
    ["an empty file", () => fileOf(Buffer.alloc(0)), /cut short/],
    ["a text", () => fileOf(Buffer.from("hello")), /damaged, or not a backup/],
    ["a gzipped text", () => fileOf(gzipSync("x".repeat(5000))), /damaged, or not a backup/],
    ["a tar of other things", () => tarOf([{ name: "README.md", content: "hi" }]), /not made by Gurulog/],
    [
      "a path that climbs",
      () => tarOf([head(), { name: "../../etc/passwd", content: "x" }]),
      /does not belong/,
    ],
    ["an absolute path", () => tarOf([head(), { name: "/etc/passwd", content: "x" }]), /does not belong/],
    [
      "a name that steers a terminal",
      () => tarOf([head(), { name: "\u001b[2Jx" }]),
      /"\?\[2Jx" does not belong/,
    ],
    [
      "a link",
      () => tarOf([head(), { name: "data/0000/0000000", type: "symlink", linkname: "/etc/passwd" }]),
      /plain files/,
    ],
    [
      "an extended header",
      () => tarOf([head(), { name: `data/${"x".repeat(300)}`, content: "x" }]),
      /plain files/,
    ],
    [
      "chunks out of order",
      () => tarOf([head(), { name: "data/0003/0000001", content: "x" }]),
      /does not belong/,
    ],
    ["no manifest", () => tarOf(entries.slice(0, -1)), /manifest is missing/],
    ["an entry after the manifest", () => tarOf([...entries, { name: "more" }]), /follows its manifest/],
    ["a piece left out", () => tarOf(entries.filter((_, at) => at !== 2)), /rows of .* are not those/],
    [
      "a row too many",
      () =>
        tarOf(
          entries.map((e, at) => (at === 1 ? { ...e, content: Buffer.concat([e.content, e.content]) } : e)),
        ),
      /rows of .* are not those/,
    ],
    ["a bomb of zeros behind it", () => fileOf(bomb()), /something follows its end/],
    [
      "a second archive behind it",
      () => fileOf(Buffer.concat([readFileSync(file), readFileSync(file)])),
      /something follows its end/,
    ],
    [
      "bytes behind it",
      () => fileOf(Buffer.concat([readFileSync(file), Buffer.from("tail")])),
      /damaged|something follows its end/,
    ],
    [
      "a newer format",
      () =>
        tarOf([{ name: "gurulog-backup.json", content: '{"format":"gurulog-backup/2","product":"9.0.0"}' }]),
      /format is "gurulog-backup\/2", of Gurulog 9\.0\.0/,
    ],
    [
      "a manifest of another make",
      () => tarOf(withManifest((m) => ({ ...m, extra: 1 }))),
      /manifest is not understood/,
    ],
    [
      "a bound that is SQL",
      () =>
        tarOf(
          withManifest((m) => ({
            ...m,
            tables: m.tables.map((t) => ({ ...t, partition: { from: "'); drop table x; --", to: "" } })),
          })),
        ),
      /manifest is not understood/,
    ],
  ];
  test.each(cases)("%s", async (_, make, says) => {
    const answer = await refused(await make());
    expect(answer).toMatch(/^StartError: This is no usable backup: .*\.$/);
    expect(answer).toMatch(says);
  });

  test("an entry said to be larger than any of ours is not read", async () => {
    const tar = gunzipSync(readFileSync(file));
    tar.write("77777777777", 124, "latin1");
    tar.fill(" ", 148, 156);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    expect(await refused(fileOf(gzipSync(tar)))).toMatch(/an entry of it is too large/);
  });
});

describe("a restore that cannot be is refused before anything is touched", () => {
  const attempt = (name: string, dataDir: string, replace = false) =>
    workshop.restore(name, dataDir, { replace }).then(
      () => "restored",
      (error: Error) => `${error.name}: ${error.message}`,
    );

  test("a damaged file", async () => {
    const dataDir = workshop.newDataDir();
    expect(await attempt(fileOf(readFileSync(file).subarray(0, 5000)), dataDir)).toMatch(/no usable backup/);
    expect(existsSync(dataDir)).toBe(false);
  });

  test("tables of a newer version", () => {
    const newer = {
      ...manifest,
      product: "9.0.0",
      migrations: [...manifest.migrations, { hash: "0".repeat(64), at: "9" }],
    };
    expect(() => assertMigrationsKnown(newer, path.resolve("drizzle"), product)).toThrow(
      /is of Gurulog 9\.0\.0, and its tables are not known to/,
    );
  });

  test("other keys", async () => {
    const fingerprinted = withManifest((m) => ({
      ...m,
      keysFingerprint: `v1:${"0".repeat(32)}:${"1".repeat(32)}:x`,
    }));
    const dataDir = workshop.newDataDir();
    expect(await attempt(await tarOf(fingerprinted), dataDir)).toMatch(
      /made with keys that are not here\. Put its keys\.json into/,
    );
    expect(existsSync(dataDir)).toBe(false);
  });

  test("a manifest without the log", async () => {
    const at = manifest.tables.findIndex(({ name }) => name === "attempt");
    expect(manifest.tables[at]?.rows).toBe(0);
    // The number of every later table would change, so it is the columns that are cut.
    const less = withManifest((m) => ({
      ...m,
      tables: m.tables.map((t, n) => (n === at ? { ...t, columns: t.columns.slice(1) } : t)),
    }));
    const dataDir = workshop.newDataDir();
    expect(await attempt(await tarOf(less), dataDir)).toMatch(
      /a table that its version does not have: public\.attempt/,
    );
    await workshop.restore(file, dataDir); // what was begun is gone, the next try works
  }, 60_000);

  test("a database in the way, a product that runs; with --replace the old one is kept", async () => {
    const dataDir = workshop.newDataDir();
    const first = await workshop.restore(file, dataDir);
    await workshop.onDatabase(dataDir, async (sql) => {
      await sql`update organization set name = 'changed since'`;
      expect(await attempt(file, dataDir, true)).toBe(
        `StartError: Gurulog runs (process ${process.pid}). Stop it, then restore.`,
      );
    });
    expect(await attempt(file, dataDir)).toMatch(/There is a database in .* Use --replace to set it aside/);
    const again = await workshop.restore(file, dataDir, { replace: true });
    expect(again.setAside).toBe(first.home);
    expect(existsSync(path.join(first.home, "cluster", "PG_VERSION"))).toBe(true);
    await workshop.onDatabase(dataDir, async (sql) => {
      expect((await sql`select name from organization`)[0]?.name).toBe("Halden Works");
    });
  }, 60_000);
});

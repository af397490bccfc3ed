import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { type AnchorFile, anchorFile } from "@/lib/audit/seal/anchor-file";
import { createSealer } from "@/lib/audit/seal/sealer";
import { writeAnchors } from "@/lib/audit/seal/write-anchors";
import { insertEvents, until, variedEvents } from "./events-for-tests";
import { type SigningHarness, signingHarness } from "./signing-harness";

let log: SigningHarness;
let folder: string;
let file: AnchorFile;
beforeEach(async () => {
  log = await signingHarness();
  folder = mkdtempSync(path.join(tmpdir(), "gurulog-anchor-"));
  file = anchorFile(path.join(folder, "anchors.txt"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await log.close();
});

const text = () => readFileSync(file.path, "utf8");
const notes = async () =>
  (await log.admin`select note from audit_checkpoint order by size`).map((row) => row.note as string);
const joined = async () => (await notes()).map((note) => `${note}\n`).join("");
const troubles = async () => (await log.admin`select kind from audit_trouble`).map((row) => row.kind);

async function signSome(checkpoints: number): Promise<void> {
  for (let n = 0; n < checkpoints; n += 1) {
    await log.grow(3);
    await log.signed();
  }
}

describe("the anchor file", () => {
  it("gets each checkpoint once, whole, followed by an empty line", async () => {
    expect(await writeAnchors(log.sealer, file)).toBe(true);
    await signSome(5);
    expect(await writeAnchors(log.sealer, file)).toBe(true);
    expect(text()).toBe(await joined());
    expect(await writeAnchors(log.sealer, file)).toBe(true);
    await signSome(1);
    // Another instance, or a later start, goes on where this one stopped.
    expect(await writeAnchors(log.sealer, anchorFile(file.path))).toBe(true);
    expect(await writeAnchors(log.sealer, file)).toBe(true);
    expect(text()).toBe(await joined());
    expect(parseCheckpoint(text().slice(0, text().indexOf("\n\n", text().indexOf("\u2014")) + 1)).size).toBe(
      3,
    );
  });

  it("cut off anywhere by a crash is whole again after the next turn", async () => {
    await signSome(3);
    await writeAnchors(log.sealer, file);
    const whole = text();
    const second = (await notes())[0]?.length ?? 0;
    for (let end = second; end < Buffer.byteLength(whole); end += 7) {
      truncateSync(file.path, end);
      expect(await writeAnchors(log.sealer, anchorFile(file.path))).toBe(true);
      expect(text()).toBe(whole);
      truncateSync(file.path, end);
      expect(await writeAnchors(log.sealer, file)).toBe(true);
      expect(text()).toBe(whole);
    }
  });

  it("torn by a record that is no longer due, or with somebody else's text in it, keeps that text and gets ours whole", async () => {
    await signSome(1);
    writeFileSync(file.path, "Anchors of Halden Works");
    await writeAnchors(log.sealer, file);
    expect(text()).toBe(`Anchors of Halden Works\n\n${await joined()}`);
    const [head] = await log.admin`select origin from audit_head where org_id = 1`;
    appendFileSync(file.path, `${head?.origin}\n5\nAAAA`);
    await signSome(1);
    await writeAnchors(log.sealer, file);
    expect(text()).toBe(`Anchors of Halden Works\n\n${await joined()}`);
    appendFileSync(file.path, "\nA remark\n\nand another\n\n");
    await signSome(1);
    await writeAnchors(log.sealer, anchorFile(file.path));
    expect(text().endsWith(`and another\n\n${(await notes()).at(-1)}\n`)).toBe(true);
    expect(await anchorFile(file.path).sizes()).toEqual(new Map([[head?.origin, 9]]));
  });

  it("tells several logs apart, and takes only what our key has signed", async () => {
    await signSome(2);
    const [row] = await log.admin`select origin, root from audit_checkpoint limit 1`;
    const good = (await notes())[0] ?? "";
    await log.admin`insert into audit_checkpoint (org_id, origin, size, root, note) values
      (1, ${row?.origin}, 4, ${row?.root}, ${good.replace("\n3\n", "\n4\n")}), (2, 'other', 1, ${row?.root}, 'x')`;
    await writeAnchors(log.sealer, file);
    expect(await file.sizes()).toEqual(new Map([[row?.origin, 6]]));
    appendFileSync(file.path, `${good.replaceAll(row?.origin, "second")}\n`);
    expect(await file.sizes()).toEqual(
      new Map([
        [row?.origin, 6],
        ["second", 3],
      ]),
    );
  });

  it("that cannot be written is trouble and does not keep the log from being signed; what it missed comes later", async () => {
    const blocked = path.join(folder, "blocked");
    writeFileSync(blocked, "");
    const lost = anchorFile(path.join(blocked, "anchors.txt"));
    const { dataDir } = log.product.runtime;
    const options = { sealerUrl: log.product.database.urls.sealer, intervalMs: 10 };
    const sealer = createSealer({ ...options, signing: { dataDir, everyMs: 10, anchorFile: lost.path } });
    sealer.start();
    for (const size of [3, 6]) {
      await insertEvents(log.admin, variedEvents(3));
      await until("signed", async () => (await log.checkpoints()).at(-1) === size);
    }
    await until("noted", async () => (await troubles()).includes("anchor_unwritable"));
    expect((await log.admin`select detail from audit_trouble`)[0]?.detail).toMatch(
      /anchors\.txt\) cannot be written \(ENOTDIR\)/,
    );
    await sealer.stop();
    rmSync(blocked);
    expect(await writeAnchors(log.sealer, lost)).toBe(false);
    const again = createSealer({ ...options, signing: { dataDir, everyMs: 10, anchorFile: file.path } });
    again.start();
    await until("caught up", async () => existsSync(file.path) && text() === (await joined()));
    await until("over", async () => (await troubles()).length === 0);
    await again.stop();
  });
});

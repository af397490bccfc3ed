import "@/lib/audit/proof/node-primitives";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { isCheckpointFile } from "./checkpoint-file";

const folder = mkdtempSync(path.join(tmpdir(), "gurulog-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const note = `name\n3\n${"A".repeat(43)}=\n\n\u2014 name ${"A".repeat(88)}\n`;
function holds(text: string): boolean {
  const file = path.join(folder, "file");
  writeFileSync(file, text);
  return isCheckpointFile(file);
}

it("takes a file for a checkpoint's by its beginning alone", () => {
  expect(holds(note)).toBe(true);
  expect(holds(`${note}\n`.repeat(5_000))).toBe(true);
  // A cell of an export may hold a note: somebody would have the log checked in place of the file.
  expect(holds(`time,operation\n1,"\n\n${note}\n"\n`)).toBe(false);
  expect(holds('{"format":"gurulog-proof/1"}')).toBe(false);
  expect(holds("")).toBe(false);
  expect(isCheckpointFile(folder)).toBe(false);
  expect(isCheckpointFile(path.join(folder, "none"))).toBe(false);
});

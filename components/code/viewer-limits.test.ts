import { expect, it } from "vitest";
import { entriesNote, outlineNote } from "./viewer-limits";

it("an outline says why it has no symbols, or that it has not all", () => {
  expect(outlineNote({ symbols: 499, bytes: 1 })).toBeNull();
  expect(outlineNote({ symbols: 500, bytes: 1 })).toBe("The first 500 symbols of this file.");
  expect(outlineNote({ symbols: 0, bytes: 524_288 })).toBe("No symbols are known of this file.");
  expect(outlineNote({ symbols: 0, bytes: 524_289 })).toBe(
    "No symbols: they are found in files of up to 512 kB.",
  );
});

it("a folder's list says that it has not all", () => {
  expect(entriesNote(4_999)).toBeNull();
  expect(entriesNote(5_000)).toMatch(/^The first 5,000 entries\./);
});

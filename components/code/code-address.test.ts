import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { blobAddress, parseLines, parsePlace, treeAddress } from "./code-address";

/** As the framework hands it on: every part is unescaped and escaped again. */
const asServed = (address: string): string[] => {
  const { pathname } = new URL(address, "http://localhost");
  return pathname
    .replace(/^\/browse\//, "")
    .split("/")
    .map((part) => encodeURIComponent(decodeURIComponent(part)));
};

const segment = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
    fc.constantFrom(
      "-",
      "@",
      "#",
      "%",
      "%40",
      "%2D",
      "a b",
      "blob",
      "tree",
      "naïve.ts",
      "日本",
      "...",
      "[x]",
      "?q",
    ),
  )
  .filter((s) => s !== "." && s !== ".." && !/[\0/]/.test(s) && s !== "");
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const revision = fc.option(path, { nil: null });

describe("addresses of code", () => {
  it("lead back to the very file, whatever the names are", () => {
    fc.assert(
      fc.property(path, revision, path, (repository, rev, file) => {
        const back = parsePlace(asServed(blobAddress({ repository, revision: rev, path: file })));
        expect(back).toEqual({ repository, revision: rev, kind: "blob", path: file });
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  it("lead back to the very folder, the root one too", () => {
    fc.assert(
      fc.property(path, revision, fc.option(path, { nil: "" }), (repository, rev, folder) => {
        const back = parsePlace(asServed(treeAddress({ repository, revision: rev, path: folder })));
        expect(back).toEqual({ repository, revision: rev, kind: "tree", path: folder });
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  it.each([
    [
      "a usual file",
      { repository: "github.com/acme/shop", path: "src/a.ts" },
      "/browse/github.com/acme/shop/-/blob/src/a.ts",
    ],
    [
      "a branch with a slash",
      { repository: "h/o/n", revision: "fix/x", path: "a" },
      "/browse/h/o/n@fix/x/-/blob/a",
    ],
    ["our marker in a path", { repository: "h/o/n", path: "a/-/blob/b" }, "/browse/h/o/n/-/blob/a/-/blob/b"],
    [
      "signs of addresses",
      { repository: "h/o/n", path: "a#b/c?d/e%f/g h" },
      "/browse/h/o/n/-/blob/a%23b/c%3Fd/e%25f/g%20h",
    ],
    ["a line", { repository: "h/o/n", path: "a", line: 10 }, "/browse/h/o/n/-/blob/a?line=10#L10"],
    [
      "lines",
      { repository: "h/o/n", path: "a", line: 3, lastLine: 9 },
      "/browse/h/o/n/-/blob/a?line=3-9#L3-L9",
    ],
  ])("of %s can be read by people", (_what, place, address) => {
    expect(blobAddress(place)).toBe(address);
  });

  it("of the repository alone are its root folder", () => {
    const root = { repository: "h/o/n", revision: null, kind: "tree", path: "" };
    expect(parsePlace(["h", "o", "n"])).toEqual(root);
    expect(parsePlace(["h", "o", "n", "-", "tree", ""])).toEqual(root);
    expect(parsePlace(["h", "o", "n@v1"])).toEqual({ ...root, revision: "v1" });
  });

  it.each([
    ["h", "o", "n", "-", "raw", "a"],
    ["h", "o", "n", "-", "blob"],
    ["h", "o", "n", "-", "blob", "a", "", "b"],
    ["h", "o", "n@", "-", "blob", "a"],
    ["@main", "-", "blob", "a"],
    ["h", "o", "n", "-", "blob", "a%00b"],
    ["h", "o", "n", "-", "blob", "%2e%2e", "b"],
    ["h", "o", "n", "-", "blob", "a%2Fb"],
    ["h", "o", "n%2500", "-", "blob", "a"],
    ["h", "o", "n%25zz", "-", "blob", "a"],
    ["h", "o", "n", "-", "blob", "%ff"],
    [],
  ])("that are none of ours name nothing: %s", (...where) => {
    expect(parsePlace(where)).toBeNull();
  });

  it("name lines in either form and order", () => {
    expect(parseLines("L10-L20")).toEqual({ first: 10, last: 20 });
    expect(parseLines("20-10")).toEqual({ first: 10, last: 20 });
    expect(parseLines("7")).toEqual({ first: 7, last: 7 });
    for (const none of ["", "0", "L", "-3", "1e9", "L1-", "9999999999", null])
      expect(parseLines(none)).toBeNull();
  });
});

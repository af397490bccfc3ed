import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { colorOf, safeLink, settingsOf, textOn } from "./settings";

const data = { widgetId: "abc", baseUrl: "https://log.example.com/" };

describe("the script tag", () => {
  it("needs an id and an http address", () => {
    expect(settingsOf(data)).toEqual({
      widgetId: "abc",
      baseUrl: "https://log.example.com",
      text: "Ask",
      color: null,
      position: "right",
    });
    for (const baseUrl of [undefined, "", "/x", "javascript:alert(1)", "data:text/html,x", "file:///etc"])
      expect(settingsOf({ ...data, baseUrl })).toBeNull();
    expect(settingsOf({ ...data, widgetId: " " })).toBeNull();
  });

  it("may say text, colour and position, and what cannot be used counts for nothing", () => {
    const said = { ...data, text: " Help me ", color: "#0A8", position: "left" };
    expect(settingsOf(said)).toMatchObject({ text: "Help me", color: "#00aa88", position: "left" });
    const odd = { ...data, text: "x".repeat(99), color: "red;}*{display:none", position: "top" };
    expect(settingsOf(odd)).toMatchObject({ text: "x".repeat(40), color: null, position: "right" });
  });
});

it("writes on any colour so that it can be read: 4.5 to 1 at least", () => {
  const channel = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
      channel(Number.parseInt(color.slice(at, at + 2), 16)),
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
      const color = colorOf(`#${number.toString(16).padStart(6, "0")}`) ?? "";
      const [light = 0, dark = 0] = [luminance(color), luminance(textOn(color))].sort((a, b) => b - a);
      expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
    }),
    { numRuns: propertyRuns(300) },
  );
});

it.each([
  ["https://docs.example.com/a", true],
  ["http://docs.example.com", true],
  ["javascript:alert(1)", false],
  ["data:text/html,x", false],
  ["/a", false],
  [null, false],
  [7, false],
])("links to %j: %j", (link, isLink) => expect(safeLink(link) !== null).toBe(isLink));

it("is one file of less than 15,000 bytes when compressed, that loads nothing and reads nothing as HTML", async () => {
  const { makeWidget } = (await import("../support/bundle-widget.mjs" as string)) as {
    makeWidget: () => Promise<string>;
  };
  const text = await makeWidget();
  expect(gzipSync(text).length).toBeLessThan(15_000);
  expect(text).not.toMatch(
    /\bimport\b|\brequire\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/,
  );
});

it("is made of its own files alone: no package is in it", () => {
  const folder = import.meta.dirname;
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const named = files.flatMap((name) =>
    [
      ...readFileSync(path.join(folder, name), "utf8").matchAll(/\bfrom "([^"]+)"|\bimport\(?\s*"([^"]+)"/g),
    ].map((found) => found[1] ?? found[2] ?? ""),
  );
  expect(named.length).toBeGreaterThan(5);
  const own = new Set(files.map((name) => `./${name.slice(0, -3)}`));
  expect(named.filter((name) => !own.has(name))).toEqual([]);
});

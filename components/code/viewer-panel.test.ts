import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { SymbolMatch } from "@/lib/features/code-search/engine/types";
import { SymbolPanel } from "./viewer-panel";

const at = (column: number) => ({ byteOffset: 0, lineNumber: 1, column });

/** What the panel shows of a match's line. */
function shown(match: SymbolMatch): string {
  const outcome = {
    files: [{ sourceId: "s", path: "app.js", language: null, matches: [match] }],
    ...{ matchCount: 1, isCapped: false, repositories: [], isBeingIndexed: false },
  };
  const within = { repository: "git.example/a/b", revision: null };
  const html = renderToStaticMarkup(
    createElement(SymbolPanel, {
      panel: {
        question: { act: "references", symbol: "owl", language: null, within },
        takesFocus: false,
        answer: { state: "found", outcome },
      },
      onAsk: () => {},
      onClose: () => {},
      onFollow: () => false,
    }),
  );
  return /<code[^>]*>(.*?)<\/code>/.exec(html)?.[1] ?? html;
}

test("a match is marked in its line, behind characters of two units, too", () => {
  const lineContent = "  🦉🦉 = owl(1)";
  expect(shown({ lineContent, range: { start: at(8), end: at(11) } })).toBe("🦉🦉 = <mark>owl</mark>(1)");
});

test("in a piece of a long line the match is marked where it stands in the piece", () => {
  const lineContent = `${"🦉".repeat(300)}owl(1)${"x".repeat(594)}`;
  const range = { start: at(500_301), end: at(500_304) };
  const piece = shown({ lineContent, range, lineCut: { before: 500_000, behind: 7 } });
  expect(piece).toBe(`…${"🦉".repeat(60)}<mark>owl</mark>(1)${"x".repeat(397)}`);
});

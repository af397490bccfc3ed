import { forbidden, notFound } from "next/navigation";
import { blobAddress, type CodePlace } from "@/components/code/code-address";
import { rowOf, shownLines } from "@/components/code/viewer-rows";
import type { LineRange, ShownFile } from "@/components/code/viewer-types";
import { viewFileCommand } from "@/lib/features/code-search/commands/view-file";
import type { CodeFile } from "@/lib/features/code-search/engine/types";
import { codeOutline } from "@/lib/features/code-search/viewer-queries";
import { requestFacts } from "@/lib/gate/current";
import { highlightLines } from "@/lib/platform/code/highlight/highlight";
import { load, requireUser } from "../../load";

/** A file as the page shows it. Reading it is recorded, once a rendered page, before any of its text is used. */
export async function viewFile(place: CodePlace, marked: LineRange | null): Promise<ShownFile> {
  const { repository, revision, path } = place;
  const result = await viewFileCommand.execute({
    principal: await requireUser(),
    request: await requestFacts(),
    input: { repository, path, revision, door: "ui" },
  });
  if (!result.ok) {
    if (result.code === "forbidden") forbidden();
    if (result.code === "not_found" || result.code === "invalid") notFound();
    throw new Error(result.message);
  }
  if ("repeated" in result) throw new Error("a view has no attempts");
  const found = result.value;
  const problem = unreadable(found);
  const { first, last } = shownLines(found.lines, marked?.first ?? 1);
  const [lines, symbols] = await Promise.all([
    problem === null ? highlightLines(found.language, found.text, { fromLine: first, toLine: last }) : [],
    load(codeOutline, { repository: found.repository, path, revision }),
  ]);
  const rows = lines.map((pieces, index) =>
    rowOf(
      first + index,
      pieces.map(({ text, className }) => [text, className === "" ? null : className] as const),
    ),
  );
  const beside = (line: number) => blobAddress({ repository, revision, path, line }).replace(/#.*$/, "");
  return {
    language: found.language,
    bytes: found.bytes,
    lines: found.lines,
    rows,
    marked,
    before: rows.length > 0 && first > 1 ? beside(first - 1) : null,
    after: rows.length > 0 && last < found.lines ? beside(last + 1) : null,
    outline: symbols,
    problem,
  };
}

function unreadable({ bytes, text }: CodeFile): string | null {
  if (text.includes("\0")) return "It is no text.";
  return text === "" && bytes > 0 ? "It is too large, or no text." : null;
}

import { describe, expect, it } from "vitest";
import type { SheetOutline } from "@/lib/features/excel-jobs/schemas";
import { columnOptions, guessChoices } from "./guess-columns";

function sheet(texts: string[][], more: Partial<SheetOutline> = {}): SheetOutline {
  const columns = Math.max(...texts.map((row) => row.length));
  const preview = texts.map((row, index) => ({ row: index + 1, texts: row }));
  return { index: 2, name: "Security", rows: texts.length, columns, preview, ...more };
}

describe("guessing where questions and answers stand", () => {
  it("goes by the headers", () => {
    const choices = { sheet: 2, headerRow: 1, questionColumn: 2, answerColumns: [4] };
    expect(guessChoices(sheet([["No.", "Question", "Owner", "Response"]]))).toEqual(choices);
    expect(guessChoices(sheet([["No.", "Control", "Owner", "Your answer"]]))).toEqual(choices);
  });

  it("takes the first column and the one behind the last where no header says more", () => {
    const choices = { sheet: 2, headerRow: 1, questionColumn: 1, answerColumns: [3] };
    expect(guessChoices(sheet([["Alpha", "Beta"]]))).toEqual(choices);
  });

  it("never takes one column for both, and begins at the first row with cells", () => {
    const both = sheet([["Answer this question"]], {
      preview: [{ row: 5, texts: ["Answer this question"] }],
    });
    expect(guessChoices(both)).toEqual({ sheet: 2, headerRow: 5, questionColumn: 1, answerColumns: [2] });
  });

  it("stays within the columns that are offered, however wide a sheet says that it is", () => {
    const wide = sheet([["Alpha"]], { columns: 16_384 });
    expect(columnOptions(wide, 1)).toHaveLength(60);
    const { answerColumns } = guessChoices(wide);
    expect(columnOptions(wide, 1).map(({ column }) => column)).toEqual(expect.arrayContaining(answerColumns));
  });

  it("names columns by their letters and the header row's texts", () => {
    const options = columnOptions(sheet([["Question", ""], ["Why?"]]), 1);
    expect(options.map(({ label }) => label)).toEqual(["A – Question", "B", "C", "D", "E"]);
    expect(columnOptions(sheet([["Question"], ["Why?"]]), 2)[0]?.label).toBe("A – Why?");
    expect(columnOptions(sheet([["Question"]]), 0)[0]?.label).toBe("A");
  });
});

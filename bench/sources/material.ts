import { makeWorkbook } from "../../tests/support/documents/office";
import { makePdf } from "../../tests/support/documents/pdf";

/** How much of each is made. */
export interface Amounts {
  sitePages: number;
  pdfPages: number;
  workbookRows: number;
  repositoryFiles: number;
}

export const fullAmounts: Amounts = {
  sitePages: 200,
  pdfPages: 300,
  workbookRows: 50_000,
  repositoryFiles: 5_000,
};
export const checkAmounts: Amounts = { sitePages: 5, pdfPages: 10, workbookRows: 500, repositoryFiles: 20 };

const words =
  "gateway payout ledger quay lamp deploy rollback queue journal tariff region holiday clearing invoice mandate retry window bank branch notice archive seal proof export filter maintainer viewer source answer passage page sheet".split(
    " ",
  );

/** Sentences that are the same on every machine: a small generator with a seed of its own (mulberry32). */
function sentences(seed: number, count: number): string[] {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const word = () => words[Math.floor(next() * words.length)] ?? "";
  return Array.from({ length: count }, () => {
    const text = Array.from({ length: 8 + Math.floor(next() * 8) }, word).join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  });
}

/** A page of a documentation site, some 6 kB of HTML with navigation around its article. */
export function sitePage(n: number, of: number): string {
  const links = Array.from({ length: 20 }, (_, k) => (n + k) % of).map(
    (k) => `<li><a href="/page-${k}">Page ${k}</a></li>`,
  );
  const parts = [0, 1, 2, 3].map((k) => `<h2>Part ${k}</h2>\n<p>${sentences(n * 4 + k, 10).join(" ")}</p>`);
  return `<!doctype html><html lang="en"><head><title>Page ${n} of the handbook</title></head><body><nav><ul>${links.join("")}</ul></nav><main><article><h1>Page ${n}</h1>\n${parts.join("\n")}</article></main></body></html>`;
}

export function handbook(pages: number): Buffer {
  return makePdf(Array.from({ length: pages }, (_, n) => [`Chapter ${n + 1}`, ...sentences(n, 40)]));
}

export function workbook(rows: number): Buffer {
  const header = ["Bank", "Region", "Tariff", "Note", "Day"];
  const body = Array.from({ length: rows }, (_, n) => [
    `Bank ${n}`,
    words[n % words.length],
    n / 8,
    sentences(n, 1)[0],
    (n % 28) + 1,
  ]);
  return makeWorkbook({ Tariffs: [header, ...body] });
}

/** The files of a repository by their paths: code in TypeScript and pages in Markdown, about 2 kB each. */
export function* repositoryFiles(count: number): Generator<[string, string]> {
  for (let n = 0; n < count; n += 1) {
    const folder = `packages/p${n % 50}`;
    const lines = sentences(n, 25);
    if (n % 5 === 0) yield [`${folder}/docs/page-${n}.md`, `# Page ${n}\n\n${lines.join("\n")}\n`];
    else
      yield [
        `${folder}/src/file-${n}.ts`,
        lines.map((line, k) => `// ${line}\nexport const value${k} = ${n * 100 + k};`).join("\n"),
      ];
  }
}

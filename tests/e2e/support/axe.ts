import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wcag22aa = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * What a page, as it stands, breaks of WCAG 2.2 A and AA.
 * @param only these rules, instead of all
 * @returns a line for each rule and element; the number of rules that had something to look at
 */
export async function axe(page: Page, only?: string[]): Promise<{ violations: string[]; looked: number }> {
  const options: RunOptions = { runOnly: only ?? wcag22aa, resultTypes: ["violations"] };
  // As the text of a script it comes in past the page's policy, which would refuse an element.
  await page.evaluate(source);
  const found = await page.evaluate(
    (with_) => (globalThis as unknown as { axe: { run(o: RunOptions): Promise<AxeResults> } }).axe.run(with_),
    options,
  );
  const violations = found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${page.url()} ${id}: ${node.target.join(" ")} (${node.failureSummary ?? ""})`),
  );
  return { violations, looked: found.passes.length + found.violations.length };
}

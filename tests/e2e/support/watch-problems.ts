import type { Page } from "@playwright/test";

/**
 * Everything that a page complained of: errors of the console (a refused script or style is one), exceptions.
 * @returns what came up so far
 */
export function watchProblems(page: Page): () => string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error")
      problems.push(`${page.url()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error.message}`));
  return () => problems;
}

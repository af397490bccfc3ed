import type { Page } from "@playwright/test";

/** Where the middle of a word of a line stands, in the file that the viewer shows. The word may be in several colours. */
export async function wordPlace(page: Page, line: number, word: string): Promise<{ x: number; y: number }> {
  return page.locator(`#L${line} > code`).evaluate((code, wanted) => {
    const from = code.textContent?.indexOf(wanted) ?? -1;
    if (from < 0) throw new Error(`no ${wanted} in the line`);
    const range = document.createRange();
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    let passed = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.nodeValue?.length ?? 0;
      if (from >= passed && from < passed + length) {
        range.setStart(node, from - passed);
        range.setEnd(node, Math.min(length, from - passed + wanted.length));
        break;
      }
      passed += length;
    }
    const box = range.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }, word);
}

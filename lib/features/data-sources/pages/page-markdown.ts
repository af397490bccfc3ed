/** Elements that say nothing, or nothing about the page's subject. */
const left = new Set(
  "SCRIPT STYLE NOSCRIPT TEMPLATE SVG CANVAS IFRAME OBJECT NAV HEADER FOOTER ASIDE FORM BUTTON SELECT DIALOG".split(
    " ",
  ),
);
const blocks = new Set(
  "P DIV SECTION ARTICLE MAIN UL OL DL DT DD TABLE BLOCKQUOTE FIGURE FIGCAPTION DETAILS SUMMARY ADDRESS HR".split(
    " ",
  ),
);
/** Deeper elements are read as their bare text: no page for people is nested so. */
const deepest = 200;

const elementNode = 1;
const textNode = 3;

/**
 * The text of a part of a page as Markdown: headings, paragraphs, lists, tables as lines, code, and links with their
 * addresses.
 * @param base that relative links are relative to
 */
export function markdownOf(root: Element, base: string): string {
  return children(root, { base, depth: 0 })
    .replaceAll(/[ \t]+\n/g, "\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

interface Place {
  base: string;
  depth: number;
}

function children(element: Node, place: Place): string {
  const parts: string[] = [];
  for (const node of element.childNodes) parts.push(nodeText(node, place));
  return parts.join("");
}

function nodeText(node: Node, { base, depth }: Place): string {
  if (node.nodeType === textNode) return inline(node.textContent ?? "");
  if (node.nodeType !== elementNode) return "";
  const element = node as Element;
  const name = element.tagName.toUpperCase();
  if (left.has(name) || element.getAttribute("aria-hidden") === "true" || element.hasAttribute("hidden"))
    return "";
  if (depth > deepest) return inline(element.textContent ?? "");
  const place = { base, depth: depth + 1 };
  const heading = /^H([1-6])$/.exec(name);
  if (heading) return `\n\n${"#".repeat(Number(heading[1]))} ${line(children(element, place))}\n\n`;
  switch (name) {
    case "BR":
      return "\n";
    case "PRE":
      return `\n\n\`\`\`\n${(element.textContent ?? "").replaceAll("```", "'''").trimEnd()}\n\`\`\`\n\n`;
    case "A":
      return link(line(children(element, place)), element.getAttribute("href"), base);
    case "LI":
      return `\n- ${children(element, place).trim()}\n`;
    case "TR":
      return `\n${[...element.children].map((cell) => line(children(cell, place))).join(" | ")}\n`;
    case "IMG":
      return inline(element.getAttribute("alt") ?? "");
  }
  const text = children(element, place);
  return blocks.has(name) ? `\n\n${text.trim()}\n\n` : text;
}

const inline = (text: string) => text.replaceAll(/\s+/g, " ");
const line = (text: string) => inline(text).trim();

/** Links within the page lead nowhere once it is quoted. */
function link(text: string, href: string | null, base: string): string {
  if (text === "" || !href || href.startsWith("#") || !URL.canParse(href, base)) return text;
  const target = new URL(href, base);
  return /^https?:$/.test(target.protocol) ? `[${text}](${target.href})` : text;
}

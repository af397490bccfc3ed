/** Text as the value of an HTML attribute. */
const attribute = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * What a site's owner puts into their pages: one script tag.
 * @param baseUrl where this product is, without a slash at its end
 */
export function widgetSnippet({ publicId, baseUrl }: { publicId: string; baseUrl: string }): string {
  const base = attribute(baseUrl);
  return [
    "<script",
    "  async",
    `  src="${base}/widget.js"`,
    '  id="guru-widget-id"',
    `  data-widget-id="${attribute(publicId)}"`,
    `  data-base-url="${base}"`,
    "></script>",
  ].join("\n");
}

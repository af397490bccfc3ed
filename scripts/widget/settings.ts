/** What a site's owner says in the script tag. */
export interface WidgetSettings {
  widgetId: string;
  /** Where the product is, without a slash at its end. */
  baseUrl: string;
  /** On the button. */
  text: string;
  /** `#rgb` or `#rrggbb`; null = the guru's. */
  color: string | null;
  position: "left" | "right";
}

const longestText = 40;

/**
 * Reads the attributes of the script tag. What cannot be used is as if it were not there.
 * @returns null without an id or an address: there is nothing to show then
 */
export function settingsOf(data: Readonly<Record<string, string | undefined>>): WidgetSettings | null {
  const widgetId = data.widgetId?.trim() ?? "";
  const baseUrl = httpAddress(data.baseUrl?.trim() ?? "");
  if (widgetId === "" || baseUrl === null) return null;
  const text = data.text?.trim().slice(0, longestText) || "Ask";
  return {
    widgetId,
    baseUrl,
    text,
    color: colorOf(data.color),
    position: data.position === "left" ? "left" : "right",
  };
}

/** @returns the colour as `#rrggbb`; null for anything else */
export function colorOf(text: string | null | undefined): string | null {
  const [, hex = ""] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text?.trim() ?? "") ?? [];
  if (hex === "") return null;
  return `#${hex.length === 3 ? [...hex].map((sign) => sign + sign).join("") : hex}`.toLowerCase();
}

/**
 * Black or white, whichever can be read better on a colour (WCAG 2.2, relative luminance).
 * @param color as `colorOf` gave it
 */
export function textOn(color: string): "#000000" | "#ffffff" {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // Where the contrast with both is the same.
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

function httpAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** An address as a link may have it: what an answer names must not run in the page. */
export function safeLink(link: unknown): string | null {
  if (typeof link !== "string" || !URL.canParse(link)) return null;
  return /^https?:$/.test(new URL(link).protocol) ? link : null;
}

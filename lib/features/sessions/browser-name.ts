/** From the most particular to the most general, as most of them also claim to be others. */
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bVersion\/\S+ .*\bSafari\//, "Safari"],
];
const systems: [RegExp, string][] = [
  [/\b(?:iPhone|iPod)\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const first = (list: [RegExp, string][], text: string) => list.find(([shape]) => shape.test(text))?.[1];

/**
 * A browser in a few words for its person, such as “Firefox on Linux”. What it says of itself proves nothing.
 * @param userAgent as it was sent
 */
export function browserName(userAgent: string | null): string {
  if (userAgent === null || userAgent.trim() === "") return "Unknown browser";
  const text = userAgent.slice(0, 512);
  const [browser, system] = [first(browsers, text), first(systems, text)];
  if (!browser && !system) return "Another program";
  return [browser ?? "A browser", ...(system ? [`on ${system}`] : [])].join(" ");
}

/** Patterns of one list, and characters of one. */
export const maxGlobs = 50;
const maxGlobLength = 200;

/** @returns what is wrong with a pattern, for the person, or null */
export function globProblem(glob: string): string | null {
  if (glob.length > maxGlobLength) return `A pattern has at most ${maxGlobLength} characters.`;
  if (/[\p{Cc}\p{Cf}\p{Cs}\\]/u.test(glob))
    return "A pattern must not hold a backslash or an invisible character.";
  if (/[[\]{}()!]/.test(glob)) return "A pattern is made of names, /, ?, * and **, such as docs/**/*.md.";
  return null;
}

/**
 * Does a path match one of the patterns? `*` and `?` stay within a folder, `**` as a folder's name goes through any
 * number of them; a pattern without a slash is looked for in every folder, and one that ends in a slash means all below.
 *
 * Both are matched by going back to the last star alone, which is enough for patterns of this kind and takes no more
 * steps than length times length: the patterns and the paths are both other people's.
 */
export function matchesAny(globs: readonly string[], path: string): boolean {
  const names = path.split("/");
  return globs.some((glob) => matches(folders(glob), names, (name) => name === "**", matchesText));
}

function folders(glob: string): string[] {
  const below = glob.endsWith("/") ? `${glob}**` : glob;
  const whole = below.replace(/^\/+/, "");
  return glob.includes("/") ? whole.split("/") : ["**", whole];
}

/** Does a text fit a pattern in which `*` stands for any letters and `?` for one? */
export const matchesText = (pattern: string, text: string) =>
  matches(
    [...pattern],
    [...text],
    (sign) => sign === "*",
    (sign, letter) => sign === "?" || sign === letter,
  );

/** A list against a list of patterns, some of which stand for any number of items. */
function matches(
  patterns: readonly string[],
  items: readonly string[],
  isStar: (pattern: string) => boolean,
  fits: (pattern: string, item: string) => boolean,
): boolean {
  let at = 0;
  let pattern = 0;
  /** The last star, and the item up to which it reaches so far. */
  let star: { pattern: number; item: number } | null = null;
  while (at < items.length) {
    const wanted = patterns[pattern];
    if (wanted !== undefined && isStar(wanted)) {
      star = { pattern, item: at };
      pattern += 1;
    } else if (wanted !== undefined && fits(wanted, items[at] ?? "")) {
      at += 1;
      pattern += 1;
    } else if (star) {
      star = { pattern: star.pattern, item: star.item + 1 };
      at = star.item;
      pattern = star.pattern + 1;
    } else {
      return false;
    }
  }
  return patterns.slice(pattern).every(isStar);
}

/**
 * Code points that are no characters, and stand for places and white space among the characters that a pattern matches; a
 * pattern that has one of them itself is one of which nothing is known.
 */
export const marks = {
  /** `^` */
  begin: "\ufdd0",
  /** `$` */
  end: "\ufdd1",
  /** `\b` */
  boundary: "\ufdd2",
  /** One character of white space or more; which is not known. */
  spaces: "\ufdd3",
  /** White space, or none. */
  maybeSpaces: "\ufdd4",
};
const anyMark = /[\ufdd0-\ufdd4]/g;
const anySpaces = /[\ufdd3\ufdd4]/;

export const isMark = (point: number) => point >= 0xfdd0 && point <= 0xfdd4;
export const hasText = (marked: string) => marked.replace(anyMark, "") !== "";
export const endsInSpaces = (marked: string) => anySpaces.test(marked.slice(-1));

/** Pieces without unknown white space within. */
export const literalsOf = (marked: string) =>
  marked
    .split(anySpaces)
    .map((piece) => piece.replace(anyMark, ""))
    .filter((piece) => piece !== "");

/**
 * Words on both sides of which there is surely none of a word's characters, or the place `\b`. One between characters that
 * are known is left out: the literal that it stands in says as much.
 */
export const wordsOf = (marked: string) =>
  [...marked.matchAll(/(?<=[^0-9a-z_\ufdd4]\ufdd4*)[0-9a-z_]+(?=\ufdd4*[^0-9a-z_\ufdd4])/gi)].flatMap(
    ({ 0: word, index }) =>
      hasText(marked.charAt(index - 1)) && hasText(marked.charAt(index + word.length)) ? [] : word,
  );

/** What stands at the beginning of a line, white space aside. */
export const lineBeginsOf = (marked: string) =>
  edges(marked, /\ufdd0[\ufdd0-\ufdd4\t\n\f\r ]*([^\ufdd0-\ufdd4\t\n\f\r ][^\ufdd3\ufdd4]*)/g);

/** What stands at the end of a line, white space aside. */
export const lineEndsOf = (marked: string) =>
  edges(marked, /([^\ufdd3\ufdd4]*[^\ufdd0-\ufdd4\t\n\f\r ])[\ufdd0-\ufdd4\t\n\f\r ]*\ufdd1/g);

/** Shorter ones have no key. */
const edges = (marked: string, pattern: RegExp) =>
  [...marked.matchAll(pattern)]
    .map(([, text = ""]) => text.replace(anyMark, ""))
    .filter((text) => [...text].length >= 3);

/** What a passage aims at, in UTF-16 units: long enough to answer, short enough to quote. */
const passageLength = 1_200;
/** A passage is never cut earlier than this, so that each step moves on. */
const shortest = 500;
/** How much of the end of a passage the next one may repeat, so that a sentence on the border is found in both. */
const overlap = 160;
const headingLength = 300;

/** Where text stands; what it says of itself holds for every passage cut from it. */
export interface Place {
  heading?: string | undefined;
  url?: string | undefined;
  locator?: string | undefined;
  markdown?: boolean | undefined;
}

export interface CutPassage {
  heading: string;
  content: string;
  url?: string;
  locator?: string;
}

/**
 * Cuts text into passages while it arrives: at headings of Markdown, else at the end of a paragraph, a sentence, a line or
 * a word, whichever comes first in this order near the aimed length. Holds at most a few passages' worth of text.
 */
export class PassageCutter {
  readonly #byDefault: boolean;
  #markdown: boolean;
  #place: Place = {};
  #headings: string[] = [];
  /** The rest of a line whose end has not arrived. */
  #line = "";
  #text = "";
  /** Something in `#text` is new, not only repeated from the passage before. */
  #fresh = false;
  /** No passage stands under the last heading that says anything. */
  #bare = false;
  #inFence = false;

  constructor(options: { markdown: boolean }) {
    this.#byDefault = options.markdown;
    this.#markdown = options.markdown;
  }

  /**
   * What is pushed from now on stands there; a passage never spans two places.
   * @returns what was left of another place
   */
  moveTo(place: Place): CutPassage[] {
    const { heading, url, locator } = this.#place;
    const markdown = place.markdown ?? this.#byDefault;
    const same = heading === place.heading && url === place.url && locator === place.locator;
    if (same && markdown === this.#markdown) return [];
    const left = this.end();
    this.#place = place;
    this.#markdown = markdown;
    this.#headings = [];
    this.#inFence = false;
    return left;
  }

  /** @returns the passages that are complete after this piece of text */
  push(piece: string): CutPassage[] {
    const done: CutPassage[] = [];
    let from = 0;
    for (let at = piece.indexOf("\n"); at !== -1; at = piece.indexOf("\n", from)) {
      this.#endLine(this.#line + piece.slice(from, at), done);
      this.#line = "";
      from = at + 1;
    }
    this.#line += piece.slice(from);
    // A line without end (minified data, a hostile file) is text like any other.
    if (this.#line.length > passageLength * 2) {
      this.#add(this.#line, done);
      this.#line = "";
    }
    return done;
  }

  /** @returns what is left when the text has ended, or is whole up to here */
  end(): CutPassage[] {
    const done: CutPassage[] = [];
    if (this.#line !== "") this.#endLine(this.#line, done);
    this.#line = "";
    this.#flush(done);
    this.#keepBareHeading(done);
    return done;
  }

  #endLine(raw: string, done: CutPassage[]): void {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (this.#markdown) {
      if (/^ {0,3}(```|~~~)/.test(line)) this.#inFence = !this.#inFence;
      const heading = this.#inFence ? null : headingOf(line);
      if (heading) {
        this.#flush(done);
        // One that goes on above the new one is told by the passages below that.
        if (this.#headings.length >= heading.level) this.#keepBareHeading(done);
        this.#headings.length = Math.min(this.#headings.length, heading.level - 1);
        this.#headings.push(heading.text);
        if (heading.text !== "") this.#bare = true;
        return;
      }
    }
    this.#add(`${line}\n`, done);
  }

  #add(text: string, done: CutPassage[]): void {
    this.#text += text;
    this.#fresh ||= text.trim() !== "";
    let start = 0;
    while (this.#text.length - start > passageLength) {
      const window = this.#text.slice(start, start + passageLength);
      const cut = boundaryIn(window);
      this.#emit(window.slice(0, cut), done);
      start += cut - repeatedLength(window.slice(0, cut));
    }
    if (start === 0) return;
    this.#text = this.#text.slice(start);
    this.#fresh = true;
  }

  #flush(done: CutPassage[]): void {
    if (this.#fresh) this.#emit(this.#text, done);
    this.#text = "";
    this.#fresh = false;
  }

  /** A heading with nothing below it is itself the text: it would be lost. */
  #keepBareHeading(done: CutPassage[]): void {
    if (!this.#bare) return;
    this.#bare = false;
    this.#add(this.#headings.findLast((heading) => heading !== "") ?? "", done);
    this.#flush(done);
  }

  #emit(text: string, done: CutPassage[]): void {
    const content = text.trim();
    if (content === "") return;
    this.#bare = false;
    const { heading = "", url, locator } = this.#place;
    const path = [heading, ...this.#headings].filter((h) => h !== "").join(" › ");
    done.push({
      heading: path.slice(0, headingLength).toWellFormed(),
      content,
      ...(url === undefined ? {} : { url }),
      ...(locator === undefined ? {} : { locator }),
    });
  }
}

/**
 * The heading of a line (CommonMark, "ATX headings"). The line comes from outside: each character is looked at a few times
 * at most, however it is made.
 */
function headingOf(line: string): { level: number; text: string } | null {
  // A longer one is text: as a heading its end would be lost.
  const begin = line.length > headingLength ? null : /^ {0,3}(#{1,6})(?:[ \t]+|$)/.exec(line);
  // So is one within which there stands what some systems end a line with.
  if (!begin || /[\r\u2028\u2029]/.test(line)) return null;
  const text = line.slice(begin[0].length).trim();
  let end = text.length;
  while (text[end - 1] === "#") end -= 1;
  // A closing sequence stands apart: C# ends with a sharp of its own.
  if (end > 0 && text[end - 1] !== " " && text[end - 1] !== "\t") end = text.length;
  return { level: begin[1]?.length ?? 1, text: text.slice(0, end).trimEnd() };
}

/** Where to end a passage: after the last paragraph, sentence, line or word of the window. */
function boundaryIn(window: string): number {
  const after = (at: number, length: number) => (at + length > shortest ? at + length : 0);
  const paragraph = after(window.lastIndexOf("\n\n"), 2);
  if (paragraph) return paragraph;
  const sentence = lastSentenceEnd(window);
  if (sentence > shortest) return sentence;
  const line = after(window.lastIndexOf("\n"), 1);
  if (line) return line;
  const word = after(window.lastIndexOf(" "), 1);
  if (word) return word;
  // No border at all: a pair of surrogates is not torn apart.
  return window.isWellFormed() ? window.length : window.length - 1;
}

function lastSentenceEnd(text: string): number {
  for (let at = text.length - 1; at > shortest; at--) {
    const ends = /[\s]/.test(text[at] ?? "") && /[.!?:;。！？]/.test(text[at - 1] ?? "");
    if (ends) return at + 1;
  }
  return 0;
}

/** How much of a passage's end is repeated: its last sentence if that is short, and nothing at the end of a paragraph. */
function repeatedLength(passage: string): number {
  if (passage.endsWith("\n\n")) return 0;
  const tail = passage.slice(-overlap);
  const sentence = /[.!?:;。！？]\s+(?=\S)/.exec(tail);
  if (sentence) return tail.length - (sentence.index + sentence[0].length);
  const word = tail.indexOf(" ");
  return word === -1 ? 0 : tail.length - (word + 1);
}

import "server-only";
import { foldText } from "@/lib/platform/code/fold";
import { Nearest } from "./nearest";

/** Where a part stands in the index. */
export interface PartAddress {
  segmentId: number;
  ordinal: number;
}

export interface Segment {
  id: number;
  buckets: number;
  /** How many parts the segments before it have. */
  base: number;
  parts: number;
}

/** As it is read of the database. */
export type FileRow = readonly [
  segmentId: number,
  path: string,
  language: string | null,
  branches: number,
  firstPart: number,
  parts: number,
];

/** The files of a repository at one generation, by path, in few large pieces of memory. Parts are numbered over all segments. */
export class SourceFiles {
  readonly count: number;
  readonly segments: readonly Segment[];
  /** Of all segments together. */
  readonly parts: number;
  readonly languages: readonly (string | null)[];
  readonly languageOf: Uint16Array;
  readonly branchesOf: Int32Array;
  readonly firstPartOf: Uint32Array;
  readonly partsOf: Uint32Array;
  /** All paths, with a NUL behind each: no path has one. */
  readonly paths: string;
  /** The same folded; as long. */
  readonly folded: string;
  readonly #starts: Uint32Array;

  constructor(segments: readonly { id: number; buckets: number; parts: number }[], rows: readonly FileRow[]) {
    let base = 0;
    const bases = new Map<number, number>();
    this.segments = segments.map((segment) => {
      const placed = { ...segment, base };
      bases.set(segment.id, base);
      base += segment.parts;
      return placed;
    });
    this.parts = base;
    const known = rows.filter(([segmentId]) => bases.has(segmentId));
    this.count = known.length;
    this.languageOf = new Uint16Array(known.length);
    this.branchesOf = new Int32Array(known.length);
    this.firstPartOf = new Uint32Array(known.length);
    this.partsOf = new Uint32Array(known.length);
    this.#starts = new Uint32Array(known.length + 1);
    const languages = new Map<string | null, number>();
    let at = 0;
    for (const [n, [segmentId, path, language, branches, firstPart, parts]] of known.entries()) {
      const number = languages.get(language) ?? languages.size;
      languages.set(language, number);
      this.languageOf[n] = number;
      this.branchesOf[n] = branches;
      this.firstPartOf[n] = (bases.get(segmentId) ?? 0) + firstPart;
      this.partsOf[n] = parts;
      this.#starts[n] = at;
      at += path.length + 1;
    }
    this.#starts[known.length] = at;
    this.languages = [...languages.keys()];
    this.paths = known.map(([, path]) => `${path}\0`).join("");
    this.folded = foldText(this.paths);
  }

  /** What it takes in memory, roughly. */
  get bytes(): number {
    return this.paths.length * 4 + this.count * 18 + 1_000;
  }

  path(file: number): string {
    return this.paths.slice(this.#starts[file] ?? 0, (this.#starts[file + 1] ?? 1) - 1);
  }

  language(file: number): string | null {
    return this.languages[this.languageOf[file] ?? 0] ?? null;
  }

  address(part: number): PartAddress {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.segments[middle]?.base ?? 0) <= part) low = middle;
      else high = middle - 1;
    }
    const segment = this.segments[low];
    return { segmentId: segment?.id ?? 0, ordinal: part - (segment?.base ?? 0) };
  }

  /** The files whose path has one of these texts, each once, in order. */
  *filesWith(texts: readonly string[], isFolded: boolean): Generator<number> {
    const all = isFolded ? this.folded : this.paths;
    const nearest = new Nearest(all, texts);
    for (let file = 0; file < this.count; file++) {
      const place = nearest.from(this.#starts[file] ?? all.length);
      if (place === -1) return;
      file = this.#fileAt(place, file);
      yield file;
    }
  }

  #fileAt(place: number, from: number): number {
    let low = from;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

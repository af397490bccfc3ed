import { fromBase64, toBase64 } from "./bytes";
import { parseNote } from "./note";

/** A log at one size under one name. */
export interface LogState {
  origin: string;
  size: number;
  root: Uint8Array;
}

/**
 * An owner's statement that a log is to be signed from now on under a new name although it does not continue what was
 * signed under the old one: a backup was restored.
 */
export interface Adoption {
  /** What was signed last under the old name. */
  retired: LogState;
  /** What the log was when it was adopted; its first events ever after. */
  adopted: LogState;
  /** RFC 3339 UTC. */
  time: string;
}

const title = "gurulog adoption v1";

/** The text of the statement; it is signed under the old name, as a note of the C2SP signed-note format. */
export function adoptionText({ retired, adopted, time }: Adoption): string {
  const lines = [retired, adopted].flatMap(({ origin, size, root }) => [
    origin,
    String(size),
    toBase64(root),
  ]);
  return `${[title, ...lines, time].join("\n")}\n`;
}

/** Reads a statement from its signed note. @throws when it is malformed; signatures are not checked */
export function parseAdoption(note: string): Adoption {
  const { text } = parseNote(note);
  const lines = text.split("\n");
  const [first, oldOrigin, oldSize, oldRoot, newOrigin, newSize, newRoot, time] = lines;
  if (first !== title || lines.length !== 9 || !time) throw new Error("malformed adoption");
  const adoption = {
    retired: stateOf(oldOrigin, oldSize, oldRoot),
    adopted: stateOf(newOrigin, newSize, newRoot),
    time,
  };
  if (adoptionText(adoption) !== text) throw new Error("malformed adoption");
  return adoption;
}

function stateOf(origin = "", size = "", root = ""): LogState {
  const hash = fromBase64(root);
  if (!origin || !/^\d{1,16}$/.test(size) || !Number.isSafeInteger(Number(size)) || hash.length !== 32)
    throw new Error("malformed adoption");
  return { origin, size: Number(size), root: hash };
}

/** One text for the statements of one adoption: each note followed by an empty line, as in an anchor file. */
export function joinNotes(notes: string[]): string {
  return notes.map((note) => `${note}\n`).join("");
}

/** The statements of `joinNotes`. */
export function splitAdoptions(text: string): string[] {
  return text.split(/(?<=\n)\n(?=gurulog adoption v1\n|$)/).filter((note) => note !== "");
}

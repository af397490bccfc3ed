import { isSignedBy, type Note, type NoteKey, parseVerifierKey, verifierKey } from "../note";
import type { Findings } from "./findings";
import { NotChecked } from "./not-checked";

/** The keys that a signature is checked with. */
export interface Trust {
  /** Noted by whoever checks, from elsewhere. Where there are none, the file's own keys are used, and must be compared. */
  pinned: NoteKey[];
}

/** What a signature turned out to be. */
export interface Signed {
  /** The verifier key whose signature is valid; null when none is. */
  by: string | null;
  /** Whether that key was pinned; else it came along with what it signs, and proves nothing until it is compared. */
  pinned: boolean;
}

/**
 * @param texts verifier keys as `--key` takes them
 * @throws NotChecked for a text that is none
 */
export function pinnedKeys(texts: readonly string[]): NoteKey[] {
  return texts.map((text) => {
    try {
      return parseVerifierKey(text);
    } catch {
      throw new NotChecked("A verifier key looks like <name>+<8 hex digits>+<base64>.");
    }
  });
}

/** Verifier keys as a file names them; what is none is left out, as it can sign nothing. */
export function namedKeys(texts: unknown): NoteKey[] {
  if (!Array.isArray(texts)) return [];
  return texts.flatMap((text) => {
    try {
      return [parseVerifierKey(String(text))];
    } catch {
      return [];
    }
  });
}

/**
 * Checks who signed. A finding when it was none of the keys that count.
 * @param origin name of the log; only keys of this name sign for it
 * @param own keys that came along, for when none are pinned
 * @param what such as "The manifest"
 */
export function checkSignature(
  note: Note,
  options: { origin: string; own: NoteKey[]; trust: Trust; what: string; findings: Findings },
): Signed {
  const { origin, own, trust, what, findings } = options;
  const isPinned = trust.pinned.length > 0;
  const keys = (isPinned ? trust.pinned : own).filter((key) => key.name === origin);
  const key = keys.find((candidate) => isSignedBy(note, candidate));
  if (key) return { by: verifierKey(key), pinned: isPinned };
  const foreign = isPinned && keys.length === 0;
  findings.add(
    "signature",
    foreign
      ? `${what} is of the log ${origin}, not of the one whose key was given.`
      : `${what} is not signed by ${isPinned ? "the key that was given" : "any key that it names"}.`,
  );
  return { by: null, pinned: isPinned };
}

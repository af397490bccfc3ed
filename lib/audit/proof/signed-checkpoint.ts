import { type Checkpoint, parseCheckpoint } from "./checkpoint";
import { isSignedBy, type NoteKey, parseNote } from "./note";

/** The checkpoint of a note that one of the keys signed, under the checkpoint's own name; null for any other text. */
export function signedCheckpoint(note: string, keys: readonly NoteKey[]): Checkpoint | null {
  try {
    const checkpoint = parseCheckpoint(note);
    const parsed = parseNote(note);
    return keys.some((key) => key.name === checkpoint.origin && isSignedBy(parsed, key)) ? checkpoint : null;
  } catch {
    return null;
  }
}

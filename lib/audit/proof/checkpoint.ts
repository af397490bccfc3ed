import { fromBase64, toBase64 } from "./bytes";
import { type NoteSigner, parseNote, signNote } from "./note";

/** The state of a log at one size. */
export interface Checkpoint {
  /** Opaque name of the log; also the name of the keys that sign for it. */
  origin: string;
  size: number;
  root: Uint8Array;
}

/** The body of a checkpoint: C2SP tlog-checkpoint, without extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** A signed checkpoint. @param signers the current key first; during a rotation the older ones after it */
export function signCheckpoint(checkpoint: Checkpoint, signers: NoteSigner[]): string {
  return signNote(checkpointText(checkpoint), signers);
}

/** Reads a checkpoint from a signed note. @throws when it is malformed; signatures are not checked */
export function parseCheckpoint(note: string): Checkpoint {
  const [origin, size, root] = parseNote(note).text.split("\n");
  if (!origin || !size || !root || !/^(0|[1-9]\d{0,15})$/.test(size)) throw new Error("malformed checkpoint");
  if (!Number.isSafeInteger(Number(size))) throw new Error("malformed checkpoint: the size is beyond 2^53");
  const hash = fromBase64(root);
  if (hash.length !== 32) throw new Error("malformed checkpoint: the root has not 32 bytes");
  return { origin, size: Number(size), root: hash };
}

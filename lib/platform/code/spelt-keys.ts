import type { KeySink } from "./key-sink";
import { mixed } from "./mixed-hash";

const newline = 0x0a;

/** Hashes of 20 bits. */
export interface SpeltSinks {
  threes: KeySink;
  fives: KeySink;
}

/**
 * Adds hashes of text as it is spelt: of each three and each five UTF-16 units, none of which spans the end of a line, that
 * have one at least which folds to another. Others are as they are when folded.
 * @param folded of the same length
 */
export function addSpelt(text: string, folded: string, { threes, fives }: SpeltSinks): void {
  let before = -1;
  let odd = -1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === newline) before = at;
    else if (unit !== folded.charCodeAt(at)) odd = at;
    if (odd <= before) continue;
    if (odd >= at - 2 && at - before >= 3) threes.add(hashOf(text, at - 2, at));
    if (odd >= at - 4 && at - before >= 5) fives.add(hashOf(text, at - 4, at));
  }
}

function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at <= to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(Math.imul(hash, 0x85ebca6b)) >>> 12;
}

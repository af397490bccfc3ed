import { utf8 } from "./bytes";
import { canonicalJson } from "./canonical-json";
import { leafHash } from "./merkle";

/**
 * The leaf of an event that was sealed before the log was hashed and whose content was gone (past the retention) when it
 * was. It commits to the event's place, id and time; there was nothing else left to commit to.
 * @param event.time RFC 3339 UTC with microseconds
 */
export function absentLeaf(event: { id: string; org: number; time: string }): Uint8Array {
  return leafHash(utf8(canonicalJson({ entryVersion: 0, ...event, absent: true })));
}

import { toHex } from "@/lib/audit/proof/bytes";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import type { SealedState } from "../sealed-state";

/** The text that goes along with a verifiable export: what it is, how to check it, and what to compare. */
export function readme({ origin, checkpoint, notYetSealed }: SealedState): string {
  const known = checkpoint ? parseCheckpoint(checkpoint.note) : null;
  const leftOut =
    notYetSealed > 0
      ? `\nNOT IN THIS FILE: ${notYetSealed} events of the filter were not sealed when it was made. Export again to have them.\n`
      : "";
  const state = known
    ? `  log         ${origin}
  tree size   ${known.size}
  root hash   ${toHex(known.root)}`
    : `  log         ${origin}
  There was no checkpoint yet when this file was made, so it holds no event.`;
  return `VERIFIABLE EXPORT OF AN AUDIT LOG
${leftOut}
How to check it, without a network and without the server it came from:

  1. Unpack the whole archive into an empty folder.
  2. Either run        node verify.mjs
     or open           verify.html      in a browser, and choose the files of the folder.

The verifier says whether every event is the one that was sealed, at its place, and names each that is not.

What to compare. A file cannot vouch for the key it was signed with. The check means something when you compare the
log's name and the verifier key it prints (also in manifest.json, "keys") with those you have from another source: an
earlier export, the anchor file, or the owner of the log. The verifier, too, came with the file: where that matters, use
one from an export that you trust. The same goes for the checkpoint:

${state}

What the files are:

  events.ndjson   one event a line (JSON), in the sealed order; an erased part stands as its digest
  proofs.ndjson   for each event, in the same order, its place and its path to the root (RFC 6962)
  manifest.json   filters, counts and digests of these two files, the signed checkpoint (C2SP tlog-checkpoint), signatures
  verify.mjs      the verifier for Node
  verify.html     the same for a browser

What it does not show: that the filter left nothing out. An export of the whole log has every event of the period kept.
`;
}

import { fromBase64 } from "../bytes";
import { type Checkpoint, parseCheckpoint } from "../checkpoint";
import { type EventRecord, eventLeaf } from "../entry";
import { exactJson } from "../exact-json";
import { verifyInclusion } from "../merkle";
import { parseNote } from "../note";
import { type Finding, Findings } from "./findings";
import { NotChecked } from "./not-checked";
import { checkSignature, namedKeys, type Signed, type Trust } from "./trust";

/** Name of the format in an event's proof file. */
export const proofFormat = "gurulog-proof/1";

/** A proof file, as it is downloaded beside an event. */
export interface EventProof {
  format: typeof proofFormat;
  record: EventRecord;
  /** Place in the sealed order, from 0. */
  index: number;
  /** Audit path from the leaf upwards (RFC 6962 section 2.1.1), base64. */
  path: string[];
  /** Signed note. */
  checkpoint: string;
  /** Verifier keys of the log. */
  keys: string[];
}

export interface EventProofReport {
  record: EventRecord;
  index: number;
  checkpoint: Checkpoint | null;
  signed: Signed;
  findings: Finding[];
}

/**
 * Checks that an event is in the log of a signed checkpoint.
 * @param text a proof file (JSON)
 * @throws NotChecked when the text is no proof file
 */
export function verifyEventProof(text: string, trust: Trust): EventProofReport {
  const proof = readProof(text);
  const findings = new Findings();
  const where = { index: proof.index, id: proof.record.id };
  let checkpoint: Checkpoint | null = null;
  let signed: Signed = { by: null, pinned: trust.pinned.length > 0 };
  try {
    checkpoint = parseCheckpoint(proof.checkpoint);
    signed = checkSignature(parseNote(proof.checkpoint), {
      origin: checkpoint.origin,
      own: namedKeys(proof.keys),
      trust,
      what: "The checkpoint",
      findings,
    });
  } catch {
    findings.add("checkpoint", "The checkpoint cannot be read.");
  }
  if (checkpoint && !isIncluded(proof, checkpoint))
    findings.add(
      "changed",
      "The event is not the one that was sealed at this place: it, its proof or its place was changed.",
      where,
    );
  return { record: proof.record, index: proof.index, checkpoint, signed, findings: findings.list };
}

function isIncluded(proof: EventProof, { size, root }: Checkpoint): boolean {
  try {
    const path = proof.path.map(fromBase64);
    return verifyInclusion({ leaf: eventLeaf(proof.record), index: proof.index, size, root, path });
  } catch {
    return false; // a record that nobody recorded, or a path that is none
  }
}

function readProof(text: string): EventProof {
  let value: Partial<EventProof> | null;
  try {
    value = exactJson(text) as Partial<EventProof> | null;
  } catch {
    throw new NotChecked("This is no proof file; a plain export needs its manifest beside it.");
  }
  const { format, record, index, path, checkpoint } = value ?? {};
  if (format !== proofFormat)
    throw new NotChecked(
      `This is no proof file of the format ${proofFormat}; a plain export needs its manifest beside it.`,
    );
  const isWhole =
    typeof record === "object" &&
    record !== null &&
    typeof index === "number" &&
    Array.isArray(path) &&
    path.every((hash) => typeof hash === "string") &&
    typeof checkpoint === "string";
  if (!isWhole) throw new NotChecked("This proof file is not whole.");
  return value as EventProof;
}

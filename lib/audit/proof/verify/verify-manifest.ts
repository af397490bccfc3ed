import { type Checkpoint, parseCheckpoint } from "../checkpoint";
import { exactJson } from "../exact-json";
import { type Manifest, manifestNote } from "../manifest";
import { parseNote } from "../note";
import type { Findings } from "./findings";
import { NotChecked } from "./not-checked";
import { checkSignature, namedKeys, type Signed, type Trust } from "./trust";

const manifestFormat = "gurulog-manifest/1";

export interface ManifestReport {
  manifest: Manifest;
  checkpoint: Checkpoint | null;
  /** Who signed the manifest. */
  signed: Signed;
}

/**
 * Checks the signatures of a manifest and of the checkpoint in it.
 * @param text the manifest file (JSON)
 * @param findings takes what is wrong
 * @throws NotChecked when the text is no manifest
 */
export function verifyManifest(text: string, trust: Trust, findings: Findings): ManifestReport {
  const manifest = readManifest(text);
  const { origin } = manifest;
  const own = namedKeys(manifest.keys);
  let signed: Signed = { by: null, pinned: trust.pinned.length > 0 };
  try {
    signed = checkSignature(manifestNote(manifest), { origin, own, trust, what: "The manifest", findings });
  } catch {
    findings.add("signature", "The manifest carries no signature that can be read.");
  }
  if (manifest.checkpoint === null) return { manifest, checkpoint: null, signed };
  try {
    const checkpoint = parseCheckpoint(manifest.checkpoint);
    if (checkpoint.origin === origin) {
      const note = parseNote(manifest.checkpoint);
      checkSignature(note, { origin, own, trust, what: "The checkpoint", findings });
    } else {
      findings.add("checkpoint", "The checkpoint in the manifest is of another log.");
    }
    return { manifest, checkpoint, signed };
  } catch {
    findings.add("checkpoint", "The checkpoint in the manifest cannot be read.");
    return { manifest, checkpoint: null, signed };
  }
}

function readManifest(text: string): Manifest {
  let value: Partial<Manifest> | null;
  try {
    value = exactJson(text) as Partial<Manifest> | null;
  } catch {
    throw new NotChecked("The manifest cannot be read as JSON.");
  }
  if (value?.format !== manifestFormat)
    throw new NotChecked(`This is no manifest of the format ${manifestFormat}.`);
  const { origin, rows, files, checkpoint, signatures } = value;
  const isWhole =
    typeof origin === "string" &&
    typeof rows === "number" &&
    Array.isArray(files) &&
    files.every(
      (f) => typeof f?.name === "string" && typeof f.sha256 === "string" && typeof f.bytes === "number",
    ) &&
    (checkpoint === null || typeof checkpoint === "string") &&
    Array.isArray(signatures);
  if (!isWhole) throw new NotChecked("The manifest is not whole.");
  return value as Manifest;
}

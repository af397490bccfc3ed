import { canonicalJson } from "./canonical-json";
import { type Note, type NoteSigner, parseNote, signNote } from "./note";

/** A file that a manifest describes. */
export interface ManifestFile {
  name: string;
  bytes: number;
  /** Of the whole file, hexadecimal. */
  sha256: string;
}

/** What a manifest says. */
export interface ManifestFacts {
  format: "gurulog-manifest/1";
  /** `gurulog <version>`. */
  product: string;
  /** Name of the log, and of the keys that sign for it. */
  origin: string;
  /** When the export was asked for: later events are not in it. RFC 3339. */
  exportedAt: string;
  organization: number;
  /** The guru whose log it is; null for the organization's whole log. */
  guru: { id: string; slug: string | null; name: string | null } | null;
  /** Active filters, as the export's event shows them. */
  filters: Record<string, string | string[]>;
  /** Events in the file. */
  rows: number;
  files: ManifestFile[];
  /** The newest checkpoint when the rows were read, as a signed note; null before the first. */
  checkpoint: string | null;
  /** Events of the filter that the checkpoint does not cover: in a verifiable export they are left out. */
  notYetSealed: number;
  /** Verifier keys of the signing keys, the current first. */
  keys: string[];
}

/** `manifest.json` of a verifiable export and `<name>.manifest.json` beside any file. */
export interface Manifest extends ManifestFacts {
  /** Signature lines of the note (C2SP signed-note) whose text is `manifestText`. */
  signatures: string[];
}

/** What is signed: the canonical JSON of all but the signatures, and a line feed. */
function manifestText(manifest: ManifestFacts & { signatures?: string[] }): string {
  const { signatures: _, ...facts } = manifest;
  return `${canonicalJson(facts)}\n`;
}

/**
 * Signs a manifest.
 * @param facts a U+FFFD in them (a filter may hold one) becomes the text `[U+FFFD]`: a note cannot hold the character
 */
export function signManifest(facts: ManifestFacts, signers: NoteSigner[]): Manifest {
  const signable = withoutReplacementCharacters(facts) as ManifestFacts;
  const note = signNote(manifestText(signable), signers);
  const signatures = note.slice(note.lastIndexOf("\n\n") + 2, -1).split("\n");
  return { ...signable, signatures };
}

/**
 * The manifest as the note that its signatures stand under.
 * @throws when it cannot be one
 */
export function manifestNote(manifest: Manifest): Note {
  return parseNote(`${manifestText(manifest)}\n${manifest.signatures.map((line) => `${line}\n`).join("")}`);
}

function withoutReplacementCharacters(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\ufffd", "[U+FFFD]");
  if (Array.isArray(value)) return value.map(withoutReplacementCharacters);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, withoutReplacementCharacters(part)]),
  );
}

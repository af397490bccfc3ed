import { toHex } from "../bytes";
import type { Manifest } from "../manifest";
import { eventsName, proofsName } from "./export-names";
import { type Finding, Findings } from "./findings";
import { LineReader } from "./lines";
import { NotChecked } from "./not-checked";
import { RowPairing } from "./pair-rows";
import type { VerifierPlatform } from "./platform";
import { RowCheck } from "./row-check";
import type { Trust } from "./trust";
import { type ManifestReport, verifyManifest } from "./verify-manifest";

export const manifestName = "manifest.json";
const mostCompanionBytes = 16 * 1024 * 1024;
const companions = [manifestName, "verify.mjs", "verify.html", "README.txt"];

/** The files of a verifiable export, in a zip or a folder. */
export interface ExportFiles {
  /** Every name, a repeated one as often as it stands there. */
  names: string[];
  /** Of a zip: why other programs may find something else in it, in words. */
  oddity?: string | null;
  open(name: string): AsyncIterable<Uint8Array>;
}

export interface ExportReport extends ManifestReport {
  /** Rows that were compared. */
  rows: number;
  /** Rows of which a part was erased; what is left of it still proves them. */
  erased: number;
  findings: Finding[];
  findingCount: number;
}

/**
 * Checks a verifiable export: each row against the checkpoint in the signed manifest, their number and the files
 * against the manifest. Reads the files once, side by side; memory stays small whatever their size.
 *
 * @param onProgress rows so far
 * @throws NotChecked when it is no verifiable export
 */
export async function verifyExport(
  files: ExportFiles,
  options: {
    trust: Trust;
    platform: VerifierPlatform;
    limit?: number;
    onProgress?: (rows: number, of: number) => void;
  },
): Promise<ExportReport> {
  const findings = new Findings(options.limit);
  if (!files.names.includes(manifestName) || !files.names.includes(eventsName))
    throw new NotChecked(`This is no verifiable export: it has no ${manifestName} or no ${eventsName}.`);
  const report = verifyManifest(await textOf(files.open(manifestName)), options.trust, findings);
  checkNames(files.names, report.manifest, findings);
  if (files.oddity)
    findings.add("manifest", `Other programs may find something else in the zip: ${files.oddity}.`);
  const rows = new RowCheck(report.manifest, report.checkpoint, findings);
  const digests: Digests = {
    [eventsName]: measured(options.platform),
    [proofsName]: measured(options.platform),
  };
  try {
    await walk(files, rows, digests, (done) => options.onProgress?.(done, report.manifest.rows));
    rows.finish();
  } catch (error) {
    if (error instanceof NotChecked) throw error;
    findings.add(
      "manifest",
      `The files are damaged: ${error instanceof Error ? error.message : "unreadable"}.`,
    );
  }
  checkFiles(report.manifest, digests, findings);
  await checkCompanions(files, findings);
  return {
    ...report,
    rows: rows.count,
    erased: rows.erased,
    findings: findings.list,
    findingCount: findings.count,
  };
}

interface Measured {
  bytes: number;
  over(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  digest(): string;
}
type Digests = Record<string, Measured>;

/** Counts and digests bytes as they pass. */
function measured(platform: VerifierPlatform): Measured {
  const sha256 = platform.newSha256();
  return {
    bytes: 0,
    async *over(chunks) {
      for await (const chunk of chunks) {
        this.bytes += chunk.length;
        sha256.update(chunk);
        yield chunk;
      }
    },
    digest: () => toHex(sha256.digest()),
  };
}

async function walk(
  files: ExportFiles,
  rows: RowCheck,
  digests: Digests,
  onProgress: (rows: number) => void,
): Promise<void> {
  const open = (name: string) =>
    new LineReader(
      digests[name]?.over(files.names.includes(name) ? files.open(name) : nothing()) ?? nothing(),
    );
  const events = open(eventsName);
  const proofs = open(proofsName);
  const pairing = new RowPairing(async () => rows.readProof(await proofs.next()));
  for (let line = await events.next(); line !== undefined; line = await events.next()) {
    const record = rows.readRecord(line);
    if (record) rows.check(record, line, await pairing.proofOf(record, line), pairing.isDisturbed);
    if (rows.count % 5000 === 0) onProgress(rows.count);
  }
  rows.settle(await pairing.rest());
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function checkNames(names: readonly string[], manifest: Manifest, findings: Findings): void {
  const described = manifest.files.map((file) => file.name);
  for (const name of [eventsName, proofsName])
    if (!described.includes(name)) findings.add("manifest", `The manifest does not describe ${name}.`);
  for (const name of new Set(names)) {
    if (!described.includes(name) && !companions.includes(name))
      findings.add("manifest", `The export has a file that is not in its manifest: ${name}`);
    if (names.indexOf(name) !== names.lastIndexOf(name))
      findings.add("manifest", `The export has two files of the name ${name}`);
  }
}

function checkFiles(manifest: Manifest, digests: Digests, findings: Findings): void {
  for (const [name, file] of Object.entries(digests)) {
    const described = manifest.files.find((f) => f.name === name);
    if (!described) continue;
    if (described.bytes !== file.bytes || described.sha256 !== file.digest())
      findings.add("manifest", `${name} is not the file that the manifest was signed for.`);
  }
}

/** They say nothing about the events, but in a zip something could stand behind the end of one of them. */
async function checkCompanions(files: ExportFiles, findings: Findings): Promise<void> {
  for (const name of companions.filter((n) => files.names.includes(n))) {
    let bytes = 0;
    try {
      for await (const chunk of files.open(name)) {
        bytes += chunk.length;
        if (bytes > mostCompanionBytes) throw new Error("it is too long");
      }
    } catch (error) {
      findings.add(
        "manifest",
        `${name} is damaged: ${error instanceof Error ? error.message : "unreadable"}.`,
      );
    }
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > 10_000_000) throw new NotChecked("The manifest is too long to be one of ours.");
  }
  return text + decoder.decode();
}

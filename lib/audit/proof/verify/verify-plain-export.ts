import { toHex } from "../bytes";
import { type Finding, Findings } from "./findings";
import type { VerifierPlatform } from "./platform";
import type { Trust } from "./trust";
import { type ManifestReport, verifyManifest } from "./verify-manifest";

export interface PlainReport extends ManifestReport {
  findings: Finding[];
}

/**
 * Checks a plain export (CSV, JSON, XLSX) against the manifest beside it: that it is byte for byte the file that was
 * signed. Its rows carry no proofs, so what was changed in it cannot be named.
 *
 * @param manifest text of `<name>.manifest.json`
 * @throws NotChecked when that is no manifest
 */
export async function verifyPlainExport(
  file: { name: string; chunks: AsyncIterable<Uint8Array> },
  manifest: string,
  options: { trust: Trust; platform: VerifierPlatform },
): Promise<PlainReport> {
  const findings = new Findings();
  const report = verifyManifest(manifest, options.trust, findings);
  const sha256 = options.platform.newSha256();
  let bytes = 0;
  for await (const chunk of file.chunks) {
    sha256.update(chunk);
    bytes += chunk.length;
  }
  const digest = toHex(sha256.digest());
  // A download may have been renamed on its way ("export (1).csv"): then the content decides.
  const described =
    report.manifest.files.find((f) => f.name === file.name) ??
    report.manifest.files.find((f) => f.sha256 === digest) ??
    (report.manifest.files.length === 1 ? report.manifest.files[0] : undefined);
  if (!described) findings.add("manifest", `The manifest does not describe ${file.name}.`);
  else if (described.sha256 !== digest || described.bytes !== bytes)
    findings.add(
      "manifest",
      `${file.name} is not the file that the manifest was signed for: it was changed.`,
    );
  return { ...report, findings: findings.list };
}

import "server-only";
import "@/lib/audit/proof/node-primitives";
import {
  type Manifest,
  type ManifestFacts,
  type ManifestFile,
  signManifest,
} from "@/lib/audit/proof/manifest";
import { verifierKey } from "@/lib/audit/proof/note";
import { signersOf, verifiersOf } from "@/lib/audit/proof/signing-keys";
import { runtime } from "@/lib/platform/runtime";
import type { SealedState } from "./sealed-state";

/** What an export is of, for its manifest. */
export type ExportFacts = Pick<ManifestFacts, "organization" | "guru" | "filters" | "exportedAt">;

/** The signed manifest of files of an export. @param sealed of the snapshot that the rows were read in */
export function exportManifest(
  facts: ExportFacts,
  sealed: SealedState,
  content: { rows: number; files: ManifestFile[] },
): Manifest {
  const { origin, checkpoint, notYetSealed } = sealed;
  return signManifest(
    {
      format: "gurulog-manifest/1",
      product: `gurulog ${runtime().version}`,
      origin,
      ...facts,
      ...content,
      checkpoint: checkpoint?.note ?? null,
      notYetSealed,
      keys: verifiersOf(origin).map(verifierKey),
    },
    signersOf(origin),
  );
}

/** A manifest as a file: for people too. */
export function manifestFile(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The name of the manifest beside a file. */
export function manifestName(fileName: string): string {
  return `${fileName}.manifest.json`;
}

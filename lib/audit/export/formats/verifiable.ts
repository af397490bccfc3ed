import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson } from "@/lib/audit/proof/canonical-json";
import type { ManifestFile } from "@/lib/audit/proof/manifest";
import { storedNodes } from "@/lib/audit/proof/stored-nodes";
import { verifierFiles } from "@/lib/audit/proof/verifier-files";
import { sql } from "@/lib/db/client";
import { InclusionPaths } from "../inclusion-paths";
import type { ExportFormat, ExportSource, RowMeter } from "./format";
import { readme } from "./verifiable-readme";
import { linesOf, placeOf, planForSealedRows, recordOf, sealedRows } from "./verifiable-rows";
import { type ZipPart, type ZipWriter, zipStream } from "./zip-stream";

/** Sealed events with the proof of each, the signed manifest, and the verifier that checks them offline. */
export const verifiable: ExportFormat = {
  id: "zip",
  label: "Verifiable (ZIP)",
  extension: "zip",
  contentType: "application/zip",
  sealedOnly: true,
  copySql: (where, { orgId }) => sealedRows(where, orgId),
  plan: planForSealedRows,
  encode: (rows, source, meter) => zipStream((zip) => writeParts(zip, linesOf(rows), { source, meter })),
};

interface Writing {
  source: ExportSource;
  meter: RowMeter;
}

async function writeParts(
  zip: ZipWriter,
  lines: AsyncIterable<string[]>,
  { source, meter }: Writing,
): Promise<void> {
  const { orgId, sealed } = source;
  await zip.add("README.txt", Buffer.from(readme(sealed)));
  const paths = new InclusionPaths(storedNodes(sql(), orgId), sealed.checkpoint?.size ?? 0);
  const events = new Part(await zip.begin("events.ndjson"));
  let proofs: Part | undefined;
  let proven = 0;
  let last = -1;
  for await (const batch of lines) {
    const eventLines: string[] = [];
    const proofLines: string[] = [];
    for (const line of batch) {
      const found = recordOf(line);
      if (found) {
        // The verifier and the paths count on the order; the database makes it, and this shows it.
        if (found.index <= last || proofs) throw new Error("the rows are not in the sealed order");
        last = found.index;
        eventLines.push(canonicalJson(found.record));
        continue;
      }
      if (!proofs) {
        await events.write(eventLines.splice(0));
        await events.end();
        proofs = new Part(await zip.begin("proofs.ndjson"));
      }
      const { index, id } = placeOf(line);
      proven += 1;
      // Canonical as it stands: neither ids nor base64 have anything to escape. Through the general code it would cost as
      // much as all the rest.
      proofLines.push(`{"id":"${id}","index":${index},"path":[${quoted(await paths.pathOf(index))}]}`);
    }
    await events.write(eventLines);
    meter.rows += batch.length - proofLines.length;
    await proofs?.write(proofLines);
  }
  if (proven !== meter.rows) throw new Error("an event was read without its place");
  if (!proofs) {
    await events.end();
    proofs = new Part(await zip.begin("proofs.ndjson"));
  }
  await proofs.end();
  const manifest = source.manifestOf(meter.rows, [events.described(), proofs.described()]);
  await zip.add("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  for (const [name, bytes] of Object.entries(await verifierFiles())) await zip.add(name, bytes);
  await zip.end();
}

function quoted(hashes: string[]): string {
  return hashes.length === 0 ? "" : `"${hashes.join('","')}"`;
}

/** A part of lines, its digest beside it. */
class Part {
  readonly #part: ZipPart;
  readonly #digest = createHash("sha256");

  constructor(part: ZipPart) {
    this.#part = part;
  }

  async write(lines: string[]): Promise<void> {
    if (lines.length === 0) return;
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    this.#digest.update(bytes);
    await this.#part.write(bytes);
  }

  async end(): Promise<void> {
    await this.#part.end();
  }

  /** Once ended. */
  described(): ManifestFile {
    const { path, size } = this.#part.entry;
    return { name: path, bytes: size, sha256: this.#digest.digest("hex") };
  }
}

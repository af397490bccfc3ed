import "server-only";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { ZipFile } from "yazl";
import { canonicalJson } from "@/lib/audit/proof/canonical-json";
import type { ManifestFile } from "@/lib/audit/proof/manifest";
import { storedNodes } from "@/lib/audit/proof/stored-nodes";
import { verifierFiles } from "@/lib/audit/proof/verifier-files";
import { sql } from "@/lib/db/client";
import { InclusionPaths } from "../inclusion-paths";
import type { ExportFormat, ExportSource, RowMeter } from "./format";
import { readme } from "./verifiable-readme";
import { linesOf, placeOf, planForSealedRows, recordOf, sealedRows } from "./verifiable-rows";
import { zipStream } from "./zip-stream";

const fast = { compressionLevel: 1 } as const;

/** Sealed events with the proof of each, the signed manifest, and the verifier that checks them offline. */
export const verifiable: ExportFormat = {
  id: "zip",
  label: "Verifiable (ZIP)",
  extension: "zip",
  contentType: "application/zip",
  sealedOnly: true,
  copySql: (where, { orgId }) => sealedRows(where, orgId),
  plan: planForSealedRows,
  encode: (rows, source, meter) =>
    zipStream((zip, signal) => writeParts(zip, linesOf(rows), { source, meter, signal })),
};

interface Writing {
  source: ExportSource;
  meter: RowMeter;
  signal: AbortSignal;
}

async function writeParts(
  zip: ZipFile,
  lines: AsyncIterable<string[]>,
  { source, meter, signal }: Writing,
): Promise<void> {
  const { orgId, sealed } = source;
  zip.addBuffer(Buffer.from(readme(sealed)), "README.txt", fast);
  const paths = new InclusionPaths(storedNodes(sql(), orgId), sealed.checkpoint?.size ?? 0);
  const events = new Part(zip, "events.ndjson", signal);
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
        events.end();
        proofs = new Part(zip, "proofs.ndjson", signal);
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
    events.end();
    proofs = new Part(zip, "proofs.ndjson", signal);
  }
  proofs.end();
  const manifest = source.manifestOf(meter.rows, [events.described(), proofs.described()]);
  zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), "manifest.json", fast);
  for (const [name, bytes] of Object.entries(await verifierFiles())) zip.addBuffer(bytes, name, fast);
  zip.end();
}

function quoted(hashes: string[]): string {
  return hashes.length === 0 ? "" : `"${hashes.join('","')}"`;
}

/** A part of the zip while it is written, its digest beside it. */
class Part {
  readonly #out = new PassThrough({ highWaterMark: 256 * 1024 });
  readonly #digest = createHash("sha256");
  #bytes = 0;

  constructor(
    zip: ZipFile,
    readonly name: string,
    readonly signal: AbortSignal,
  ) {
    zip.addReadStream(this.#out, name, fast);
  }

  async write(lines: string[]): Promise<void> {
    if (lines.length === 0) return;
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    this.#digest.update(bytes);
    this.#bytes += bytes.length;
    if (!this.#out.write(bytes)) await once(this.#out, "drain", { signal: this.signal });
  }

  end(): void {
    this.#out.end();
  }

  /** Once ended. */
  described(): ManifestFile {
    return { name: this.name, bytes: this.#bytes, sha256: this.#digest.digest("hex") };
  }
}

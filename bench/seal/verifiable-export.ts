import { execFile } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { exportCondition } from "@/lib/audit/export/rows";
import { type ExportEnd, streamExport } from "@/lib/audit/export/stream";
import { verifierFiles } from "@/lib/audit/proof/verifier-files";
import { emptyFilter } from "@/lib/audit/query/filter";

/** What the script in an export may take, however many events there are. */
const heapMb = 128;

export interface VerifiableExport {
  rows: number;
  bytes: number;
  exportMs: number;
  /** By the script that stands in the export, in a process of its own. */
  verifyMs: number;
  heapMb: number;
}

/**
 * Writes the whole log as a verifiable export and has its own verifier check it.
 * @throws when the file is not whole or does not verify
 */
export async function exportAndVerify(): Promise<VerifiableExport> {
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-bench-export-"));
  try {
    const file = path.join(folder, "export.zip");
    const begun = performance.now();
    const { rows, bytes } = await writeExport(file);
    const exportMs = Math.round(performance.now() - begun);
    const script = path.join(folder, "verify.mjs");
    writeFileSync(script, (await verifierFiles())["verify.mjs"]);
    const verifying = performance.now();
    const args = [`--max-old-space-size=${heapMb}`, script, file, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    const verifyMs = Math.round(performance.now() - verifying);
    const { verified } = JSON.parse(stdout) as { verified: boolean };
    if (!verified) throw new Error("the bench's own export does not verify");
    return { rows, bytes, exportMs, verifyMs, heapMb };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeExport(file: string): Promise<{ rows: number; bytes: number }> {
  const now = new Date().toISOString();
  let end: ExportEnd | undefined;
  const body = await streamExport({
    format: verifiable,
    view: { orgId: 1, global: true },
    where: await exportCondition({ orgId: 1, guruId: null, filter: emptyFilter, asOf: now }),
    fileName: path.basename(file),
    facts: { organization: 1, guru: null, filters: {}, exportedAt: now },
    report: async () => "go-on",
    settle: async (how) => {
      end = how;
    },
  });
  await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
  if (end?.state !== "done") throw new Error(`the export ended early: ${end?.cause}`);
  return { rows: end.rows, bytes: end.bytes };
}

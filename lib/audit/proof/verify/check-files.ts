import { toHex } from "../bytes";
import type { EventRecord } from "../entry";
import type { Finding } from "./findings";
import { NotChecked } from "./not-checked";
import type { VerifierPlatform } from "./platform";
import type { Signed, Trust } from "./trust";
import { verifyEventProof } from "./verify-event-proof";
import { type ExportFiles, manifestName, verifyExport } from "./verify-export";
import { verifyPlainExport } from "./verify-plain-export";
import { type ByteSource, readZip } from "./zip-reader";

export interface NamedFile {
  name: string;
  source: ByteSource;
}

/** What was checked and how it came out, in words for people. */
export interface Outcome {
  verified: boolean;
  /** Such as "A verifiable export of 1,234 events". */
  what: string;
  /** Label and value. */
  facts: [string, string][];
  signed: Signed;
  /** The first of them. */
  findings: Finding[];
  findingCount: number;
}

export interface CheckOptions {
  trust: Trust;
  platform: VerifierPlatform;
  onProgress?: (rows: number, of: number) => void;
}

const count = (n: number): string => n.toLocaleString("en-US");

/**
 * Checks what was given: a verifiable export (a zip, or its files), a proof file, or a plain export with its manifest.
 * @throws NotChecked when it is none of these
 */
export async function checkFiles(files: NamedFile[], options: CheckOptions): Promise<Outcome> {
  const manifest = files.find((f) => f.name === manifestName);
  if (manifest && files.length > 1) return checkExport(folderOf(files), options);
  const beside = files.find((f) => f.name.endsWith(".manifest.json"));
  const other = files.find((f) => f !== beside);
  if (beside && files.length === 2 && other) return checkBeside(other, beside, options);
  const [file, ...more] = files;
  if (!file || more.length > 0)
    throw new NotChecked("Give one verifiable export, one proof file, or an export with its manifest.");
  if (await isZip(file.source)) return checkZip(file, options);
  if (file.name.endsWith("manifest.json"))
    throw new NotChecked("This is a manifest. Give the file that it stands beside as well.");
  return checkProof(file, options);
}

/** A verifiable export that has its manifest beside it is checked row by row as well: the manifest alone names no row. */
async function checkBeside(file: NamedFile, beside: NamedFile, options: CheckOptions): Promise<Outcome> {
  const whole = await checkPlain(file, beside, options);
  if (!(await isZip(file.source))) return whole;
  let rows: Outcome;
  try {
    rows = await checkZip(file, options);
  } catch (error) {
    // An XLSX, or what is left of a zip.
    if (error instanceof NotChecked || !whole.verified) return whole;
    throw error;
  }
  const more = whole.findings.filter(({ message }) => !rows.findings.some((f) => f.message === message));
  return {
    ...rows,
    verified: rows.verified && whole.verified,
    what: `${rows.what}, and the manifest beside it`,
    findings: [...rows.findings, ...more],
    findingCount: rows.findingCount + more.length,
  };
}

async function checkZip(file: NamedFile, options: CheckOptions): Promise<Outcome> {
  const { entries, oddity } = await readZip(file.source, options.platform);
  const opened: ExportFiles = {
    names: entries.map((e) => e.name),
    oddity,
    open: (name) => entries.find((e) => e.name === name)?.open() ?? nothing(),
  };
  return checkExport(opened, options);
}

async function checkExport(files: ExportFiles, options: CheckOptions): Promise<Outcome> {
  const report = await verifyExport(files, options);
  const { manifest, checkpoint } = report;
  return {
    verified: report.findingCount === 0,
    what: `A verifiable export of ${count(report.rows)} events`,
    facts: [
      ["Exported", `${manifest.exportedAt} by ${manifest.product}`],
      ["Log", manifest.origin],
      ...scopeOf(manifest),
      ["Events checked", count(report.rows)],
      ...(report.erased > 0
        ? ([
            ["Erased in part", `${count(report.erased)}, by request of a person; what is left proves them`],
          ] as [string, string][])
        : []),
      ...(checkpoint ? checkpointFacts(checkpoint) : []),
    ],
    signed: report.signed,
    findings: report.findings,
    findingCount: report.findingCount,
  };
}

async function checkPlain(file: NamedFile, beside: NamedFile, options: CheckOptions): Promise<Outcome> {
  const report = await verifyPlainExport(
    { name: file.name, chunks: chunksOf(file.source) },
    await textOf(beside.source),
    options,
  );
  const { manifest, checkpoint } = report;
  return {
    verified: report.findings.length === 0,
    what: `An export of ${count(manifest.rows)} events, against its manifest`,
    facts: [
      ["Exported", `${manifest.exportedAt} by ${manifest.product}`],
      ["Log", manifest.origin],
      ...scopeOf(manifest),
      ...(checkpoint ? checkpointFacts(checkpoint) : []),
    ],
    signed: report.signed,
    findings: report.findings,
    findingCount: report.findings.length,
  };
}

async function checkProof(file: NamedFile, options: CheckOptions): Promise<Outcome> {
  const report = verifyEventProof(await textOf(file.source), options.trust);
  return {
    verified: report.findings.length === 0,
    what: `The proof of event ${report.record.id}`,
    facts: [
      ...eventFacts(report.record),
      ["Place in the log", count(report.index)],
      ...(report.checkpoint
        ? ([["Log", report.checkpoint.origin], ...checkpointFacts(report.checkpoint)] as [string, string][])
        : []),
    ],
    signed: report.signed,
    findings: report.findings,
    findingCount: report.findings.length,
  };
}

function eventFacts(record: EventRecord): [string, string][] {
  const actor = "content" in record.actor ? (record.actor.content.email ?? record.actorId) : record.actorId;
  const label = "content" in record.subject ? record.subject.content.label : "[erased]";
  return [
    ["Time", String(record.time)],
    ["Operation", `${record.operation} (${record.outcome})`],
    ["User", `${actor} (${record.actorType})`],
    ["Object", `${record.targetType} ${label} (${record.targetId})`],
  ];
}

function scopeOf(manifest: {
  guru: { slug: string | null; id: string } | null;
  filters: object;
}): [string, string][] {
  const { guru, filters } = manifest;
  const isFiltered = Object.keys(filters ?? {}).length > 0;
  return [
    ["Of", guru ? `guru ${guru.slug ?? guru.id}` : "the whole organization"],
    ...(isFiltered ? ([["Filtered by", JSON.stringify(filters)]] as [string, string][]) : []),
  ];
}

function checkpointFacts({ size, root }: { size: number; root: Uint8Array }): [string, string][] {
  return [["Checkpoint", `${count(size)} events, root ${toHex(root)}`]];
}

function folderOf(files: NamedFile[]): ExportFiles {
  return {
    names: files.map((f) => f.name),
    open(name) {
      const found = files.find((f) => f.name === name);
      return found ? chunksOf(found.source) : nothing();
    },
  };
}

async function isZip(source: ByteSource): Promise<boolean> {
  const [p, k] = await source.read(0, Math.min(2, source.size));
  return p === 0x50 && k === 0x4b;
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  const chunkBytes = 1 << 18;
  for (let at = 0; at < source.size; at += chunkBytes)
    yield await source.read(at, Math.min(chunkBytes, source.size - at));
}

async function textOf(source: ByteSource): Promise<string> {
  if (source.size > 64 * 1024 * 1024) throw new NotChecked("This is no file that can be verified.");
  return new TextDecoder().decode(await source.read(0, source.size));
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

import { canonicalJson } from "@/lib/audit/proof/canonical-json";
import { type EventRecord, partDigest } from "@/lib/audit/proof/entry";
import { type Manifest, signManifest } from "@/lib/audit/proof/manifest";
import type { RowProof } from "@/lib/audit/proof/verify/pair-rows";
import { signerFor } from "./other-key";
import type { Random } from "./random";
import type { Expected } from "./tampered-log";

/** A verifiable export, taken apart. */
export interface Parts {
  events: EventRecord[];
  proofs: RowProof[];
  manifest: Manifest;
  /** Lines to write as they are, by number, in place of the records. */
  spelt: Map<number, string>;
}

export interface ExportTampering {
  name: string;
  change(parts: Parts): Expected;
}

type Loose = Record<string, unknown>;

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "number") return value + 1;
  if (Array.isArray(value)) return [...value, { field: "f", before: null, after: "x" }];
  if (value === null) return "x";
  return { ...(value as Loose), x: "y" };
}

/** Skeleton keys, and keys of the two parts as `actor.email`. */
function keysOf(record: EventRecord): string[] {
  return Object.entries(record).flatMap(([key, value]) =>
    key === "actor" || key === "subject"
      ? [
          `${key}.salt`,
          ...Object.keys((value as { content: object }).content).map((k) => `${key}.content.${k}`),
        ]
      : [key],
  );
}

function edit(record: EventRecord, key: string): void {
  const path = key.split(".");
  const last = path.pop() as string;
  const owner = path.reduce((at, name) => at[name] as Loose, record as unknown as Loose);
  owner[last] = last === "salt" ? "0".repeat(64) : other(owner[last]);
}

/** An edit of each field of a record. */
export function fieldEdits(sample: EventRecord, random: Random): ExportTampering[] {
  return keysOf(sample).map((key) => ({
    name: `edit of ${key}`,
    change({ events, proofs }) {
      const at = random.below(events.length);
      const { id } = events[at] as EventRecord;
      edit(events[at] as EventRecord, key);
      // A changed id is a row without a proof, and a proof without a row.
      if (key === "id")
        return { kinds: ["removed"], index: proofs[at]?.index ?? -1, id, alsoIds: [`${id}x`] };
      return { kinds: ["changed"], index: proofs[at]?.index ?? -1, id };
    },
  }));
}

export function exportTamperings(random: Random): ExportTampering[] {
  const pick = ({ events, proofs }: Parts, at = random.below(events.length)) => ({
    at,
    record: events[at] as EventRecord,
    proof: proofs[at] as RowProof,
    where: { index: proofs[at]?.index ?? -1, id: events[at]?.id ?? "" },
  });
  const twoOf = (parts: Parts) => {
    const a = random.below(parts.events.length - 1);
    const b = a + 1 + random.below(parts.events.length - a - 1);
    return [pick(parts, a), pick(parts, b)] as const;
  };
  return [
    {
      name: "a row taken out",
      change(parts) {
        const { at, where } = pick(parts);
        parts.events.splice(at, 1);
        return { kinds: ["removed"], ...where };
      },
    },
    {
      name: "a row taken out with its proof",
      change(parts) {
        const { at, where } = pick(parts, 1 + random.below(parts.events.length - 1));
        parts.events.splice(at, 1);
        parts.proofs.splice(at, 1);
        return { kinds: ["removed"], index: where.index };
      },
    },
    {
      name: "the newest rows cut off with their proofs",
      change(parts) {
        const { at, where } = pick(parts, parts.events.length - 1 - random.below(50));
        parts.events.length = at;
        parts.proofs.length = at;
        return { kinds: ["removed"], index: where.index };
      },
    },
    {
      name: "a row put in",
      change(parts) {
        const { at, record } = pick(parts);
        const added = { ...record, id: crypto.randomUUID() };
        parts.events.splice(at, 0, added);
        return { kinds: ["added"], id: added.id };
      },
    },
    {
      name: "a row put in with a proof made up for it",
      change(parts) {
        const { at, record, proof } = pick(parts);
        const added = { ...record, id: crypto.randomUUID() };
        parts.events.splice(at + 1, 0, added);
        parts.proofs.splice(at + 1, 0, { ...proof, id: added.id });
        return { kinds: ["added"], id: added.id, alsoIds: [record.id] };
      },
    },
    {
      name: "a row twice",
      change(parts) {
        const { at, record } = pick(parts);
        parts.events.splice(at, 0, record);
        return { kinds: ["added"], id: record.id };
      },
    },
    {
      name: "two rows swapped",
      change(parts) {
        const [a, b] = twoOf(parts);
        parts.events[a.at] = b.record;
        parts.events[b.at] = a.record;
        return { kinds: ["reordered"], alsoIds: [a.where.id, b.where.id] };
      },
    },
    {
      name: "two rows swapped with their proofs",
      change(parts) {
        const [a, b] = twoOf(parts);
        parts.events[a.at] = b.record;
        parts.events[b.at] = a.record;
        parts.proofs[a.at] = b.proof;
        parts.proofs[b.at] = a.proof;
        return { kinds: ["reordered"], alsoIds: [a.where.id, b.where.id] };
      },
    },
    {
      name: "two rows under each other's proofs",
      change(parts) {
        const [a, b] = twoOf(parts);
        parts.proofs[a.at] = { ...b.proof, id: a.proof.id };
        parts.proofs[b.at] = { ...a.proof, id: b.proof.id };
        return { kinds: ["changed", "reordered"], id: a.where.id, alsoIds: [b.where.id] };
      },
    },
    {
      name: "edit of a proof",
      change(parts) {
        const { at, proof, where } = pick(parts);
        const step = random.below(proof.path.length);
        parts.proofs[at] = {
          ...proof,
          path: proof.path.map((hash, i) => (i === step ? "A".repeat(43).concat("=") : hash)),
        };
        return { kinds: ["changed"], ...where };
      },
    },
    {
      name: "a part erased by hand",
      change(parts) {
        const { at, record } = pick(parts);
        parts.events[at] = { ...record, actor: { digest: partDigest(record.actor) } };
        return { kinds: ["manifest"] };
      },
    },
    {
      name: "a row spelt otherwise",
      change(parts) {
        const { at, record, where } = pick(parts);
        parts.spelt.set(at, canonicalJson(record).replace(`{"account"`, `{ "account"`));
        return { kinds: ["changed"], ...where };
      },
    },
    {
      name: "edit of the manifest",
      change({ manifest }) {
        manifest.filters = { model: "User" };
        return { kinds: ["signature"] };
      },
    },
    {
      name: "manifest signed again with another key",
      change(parts) {
        const { manifest } = parts;
        const { signatures: _, ...facts } = { ...manifest, rows: manifest.rows - 1 };
        parts.manifest = signManifest(facts, [signerFor(manifest.origin)]);
        return { kinds: ["signature"] };
      },
    },
  ];
}
